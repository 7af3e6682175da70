using L4Balancer.Config;
using L4Balancer.Interop;

namespace L4Balancer;

/// <summary>Which limits apply, as they are said at start.</summary>
/// <param name="Shards">Threads of the data path.</param>
/// <param name="MaxConnections">Sessions open at once.</param>
/// <param name="MaxDescriptors">RLIMIT_NOFILE of the process.</param>
/// <param name="MaxConnectionsDerived">
/// True where <paramref name="MaxConnections"/> is what the descriptors allow: none was configured, or more.
/// </param>
public sealed record BalancerLimits(int Shards, int MaxConnections, int MaxDescriptors, bool MaxConnectionsDerived)
{
    /// <summary>What a configuration comes to in this process.</summary>
    /// <exception cref="BalancerStartException">The process may hold too few descriptors to serve anybody.</exception>
    public static BalancerLimits Of(BalancerConfig config) => Of(config, ResourceLimits.MaxDescriptors());

    internal static BalancerLimits Of(BalancerConfig config, int descriptors)
    {
        int shards = config.Global.Shards == 0 ? Environment.ProcessorCount : config.Global.Shards;
        int listeners = config.Services.Sum(static service => service.Listen.Count) * shards;
        int backends = config.Services.Select(static service => service.Pool).Distinct().Sum(Probed);
        int most = DescriptorBudget.MaxConnections(descriptors, listeners + backends);
        if (most < 1)
        {
            throw new BalancerStartException(
                $"{descriptors} descriptors are too few: the process itself needs up to {DescriptorBudget.Reserve}, "
                + $"{listeners} listening sockets and {backends} probes one each, every connection 2; "
                + "raise LimitNOFILE= or ulimit -n");
        }

        bool derived = config.Global.MaxConnections == 0 || config.Global.MaxConnections > most;
        return new BalancerLimits(shards, derived ? most : config.Global.MaxConnections, descriptors, derived);
    }

    private static int Probed(PoolConfig pool) => pool.Health.Type == ProbeType.None ? 0 : pool.Backends.Count;
}
