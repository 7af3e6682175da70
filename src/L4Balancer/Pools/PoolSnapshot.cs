using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>What picks work on until the next publish.</summary>
/// <param name="Selector">The available backends, ready to be picked from; null where there is none.</param>
/// <param name="Available">How many there are.</param>
internal sealed record PoolSnapshot(RingSelector? Selector, int Available);
