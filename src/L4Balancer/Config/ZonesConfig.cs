namespace L4Balancer.Config;

/// <summary>A <c>[….zones]</c> table: whether backends near by come first.</summary>
public sealed record ZonesConfig
{
    /// <summary>Backends of the balancer's own zone come first. Default false.</summary>
    public bool PreferLocal { get; init; }

    /// <summary>
    /// The own zone serves alone while its available weight is at least this share of its whole weight; below it what
    /// is missing goes to the other zones. Default 0.7; 0 to 1.
    /// </summary>
    public double SpillBelow { get; init; } = 0.7;
}
