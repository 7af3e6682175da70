using L4Balancer.Net;
using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>What picks work on until the next publish.</summary>
/// <param name="Levels">What is picked from, in the order in which it is asked; none where no backend may be.</param>
/// <param name="Available">How many there are.</param>
/// <param name="HashOn">What of a flow is hashed.</param>
/// <param name="Seed">Seed of the flow's hash.</param>
/// <param name="Addresses">Where all backends are, also those that are not available.</param>
internal sealed record PoolSnapshot(
    Level[] Levels, int Available, HashOn HashOn, ulong Seed, HashSet<IpEndpoint> Addresses)
{
    /// <summary>What the levels were made of; null before the first publish.</summary>
    public Composition? Composition { get; init; }

    /// <summary>Of a pool that has published nothing.</summary>
    public static PoolSnapshot Empty { get; } = new([], 0, HashOn.FiveTuple, 0, []);

    /// <summary>Picks in the level that is asked first; null where there is none.</summary>
    public ISelector? Selector => Levels.Length > 0 ? Levels[0].Selector : null;
}
