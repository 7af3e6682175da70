namespace L4Balancer.Config;

/// <summary>
/// A <c>[….slow_start]</c> table: a backend that comes back, or is added, gets its share of new flows little by little.
/// </summary>
public sealed record SlowStartConfig
{
    /// <summary>Time until it has its whole weight. Default zero: at once.</summary>
    public TimeSpan Duration { get; init; }
}
