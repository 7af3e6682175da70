using L4Balancer.Config;
using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>Makes the selector of a pool's policy.</summary>
internal static class Selectors
{
    /// <summary>Makes what picks among the candidates of one snapshot, by the pool's policy. Control plane.</summary>
    /// <param name="config">The pool's configuration.</param>
    /// <param name="candidates">At least one, at most <see cref="PoolConfig.MaxBackends"/>; any order.</param>
    /// <param name="weightOfAll">Weight of all that could be candidates, also of those that are not now.</param>
    /// <param name="seed">The fleet's seed.</param>
    public static ISelector Make(
        PoolConfig config, IReadOnlyList<Candidate> candidates, int weightOfAll, ulong seed) => config.Balance switch
    {
        _ => new RingSelector(candidates, weightOfAll, seed),
    };
}
