using L4Balancer.Config;
using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>Makes the selector of a pool's policy.</summary>
internal static class Selectors
{
    /// <summary>
    /// Makes what picks among the candidates of one snapshot, by the pool's policy, and has their sessions measure what
    /// that asks for. Control plane.
    /// </summary>
    /// <param name="config">The pool's configuration.</param>
    /// <param name="candidates">At least one, at most <see cref="PoolConfig.MaxBackends"/>; any order.</param>
    /// <param name="weights">How the candidates' weights are written.</param>
    /// <param name="seed">The fleet's seed.</param>
    /// <param name="time">As of the shards; null for the system's.</param>
    /// <param name="random">For any thread; null for the system's.</param>
    public static ISelector Make(
        PoolConfig config,
        IReadOnlyList<Candidate> candidates,
        FineWeights weights,
        ulong seed,
        TimeProvider? time = null,
        Random? random = null)
    {
        BalancePolicy policy = config.Balance;
        Candidate[] all = [.. candidates];
        foreach (Candidate one in all)
        {
            one.Backend.Measure(policy == BalancePolicy.LeastLatency, policy == BalancePolicy.LeastTraffic);
        }

        random ??= Random.Shared;
        time ??= TimeProvider.System;
        return policy switch
        {
            BalancePolicy.Maglev => new MaglevSelector(all, config.Maglev.TableSize, seed, config.MaxLoad),
            BalancePolicy.RoundRobin => new RoundRobinSelector(all, random),
            BalancePolicy.Random => new RandomSelector(all, random),
            BalancePolicy.PowerOfTwo => new PowerOfTwoSelector(all, random),
            BalancePolicy.LeastConnections => new LeastConnectionsSelector(all, random),
            BalancePolicy.LeastLatency => new LeastLatencySelector(all, random, time),
            BalancePolicy.LeastTraffic => new LeastTrafficSelector(all, random, time),
            _ => new RingSelector(all, weights.WeightOfAll, seed, config.MaxLoad, weights.Scale),
        };
    }
}
