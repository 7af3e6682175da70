namespace L4Balancer.Health;

/// <summary>What one who watches a backend wants to know.</summary>
/// <param name="Target">Whom to ask, and what.</param>
/// <param name="MaxAge">How old an answer may be that another one has got.</param>
/// <param name="After">
/// The number of the last answer that this one has had; the next must be another. 0 for none.
/// </param>
/// <param name="IsAwaited">A start or a change of the configuration waits for it.</param>
internal readonly record struct ProbeRequest(ProbeTarget Target, TimeSpan MaxAge, long After, bool IsAwaited);
