using System.Collections.Frozen;
using L4Balancer.Config;

namespace L4Balancer.Pools;

/// <summary>Where this balancer stands among those that serve the same backends. All of its pools go by it.</summary>
/// <param name="Seed">The fleet's seed, the same on all of its balancers.</param>
internal sealed record FleetPlace(ulong Seed)
{
    /// <summary>The zone it is in; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Its number, from 0.</summary>
    public int Index { get; init; }

    /// <summary>How many balancers there are, itself included.</summary>
    public int Size { get; init; } = 1;

    /// <summary>The zones that an operator has taken out of this balancer.</summary>
    public FrozenSet<string> Away { get; init; } = [];

    /// <summary>The place that a configuration gives.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="away">The zones that are out, which no configuration says.</param>
    public static FleetPlace Of(BalancerConfig config, FrozenSet<string> away) => new(config.Global.HashSeed)
    {
        Zone = config.Global.Zone,
        Index = config.Fleet.Index,
        Size = config.Fleet.Size,
        Away = away,
    };
}
