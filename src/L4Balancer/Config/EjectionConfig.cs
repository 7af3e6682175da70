namespace L4Balancer.Config;

/// <summary>A <c>[….ejection]</c> table: failed connects of real flows take a backend out for a while.</summary>
public sealed record EjectionConfig
{
    /// <summary>Failures in a row that eject. Default 5; 0 turns ejection off.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>First ejection's length; the n-th in a row lasts n times as long. Default 30 s.</summary>
    public TimeSpan Base { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest ejection. Default 300 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// Largest share of the pool that may be ejected at once. Default 0.5; 0 to 1. One may always be, but never the
    /// last
    /// available backend.
    /// </summary>
    public double MaxEjected { get; init; } = 0.5;
}
