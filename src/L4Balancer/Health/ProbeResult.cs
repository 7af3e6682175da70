namespace L4Balancer.Health;

/// <summary>What a probe found.</summary>
/// <param name="IsGood">The backend may serve.</param>
/// <param name="Text">For people: "connect refused after 0.3 ms".</param>
/// <param name="IsVerdict">False where this side could not even try, which says nothing of the backend.</param>
internal readonly record struct ProbeResult(bool IsGood, string Text, bool IsVerdict = true);
