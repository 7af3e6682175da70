namespace L4Balancer.Config;

/// <summary>A <c>[….ejection]</c> table: failed connects of real flows take a backend out for a while.</summary>
public sealed record EjectionConfig
{
    /// <summary>Failures in a row that eject. Default 5; 0 never.</summary>
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

    /// <summary>
    /// Share of the flows of a <see cref="Window"/> whose failure ejects. Default 0: never; 0 to 1.
    /// </summary>
    public double FailureShare { get; init; }

    /// <summary>Flows of a window below which its share says nothing. Default 20; at least 1.</summary>
    public int MinFlows { get; init; } = 20;

    /// <summary>How far back the share looks. Default 10 s; at least 100 ms.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What ends an ejection. Default its time.</summary>
    public Reinstatement Reinstate { get; init; }
}
