namespace L4Balancer.Health;

/// <summary>What a probe found.</summary>
/// <param name="IsGood">The backend may serve.</param>
/// <param name="Text">For people: "connect refused after 0.3 ms".</param>
internal readonly record struct ProbeResult(bool IsGood, string Text);
