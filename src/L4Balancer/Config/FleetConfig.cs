namespace L4Balancer.Config;

/// <summary>The <c>[fleet]</c> table: which one of how many balancers with the same configuration this is.</summary>
public sealed record FleetConfig
{
    /// <summary>Most balancers of a fleet.</summary>
    public const int MostBalancers = 65_536;

    /// <summary>Its number, each balancer's another. Default 0; below <see cref="Size"/>.</summary>
    public int Index { get; init; }

    /// <summary>How many there are. Default 1; at most <see cref="MostBalancers"/>.</summary>
    public int Size { get; init; } = 1;
}
