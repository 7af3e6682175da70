using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer;

/// <summary>Which limits apply, as they are said at start.</summary>
/// <param name="Shards">Threads of the data path.</param>
/// <param name="MaxConnections">TCP sessions open at once; 0 where there is no TCP service.</param>
/// <param name="MaxDescriptors">RLIMIT_NOFILE of the process.</param>
/// <param name="MaxConnectionsDerived">
/// True where <paramref name="MaxConnections"/> is what the descriptors allow: none was configured, or more.
/// </param>
public sealed record BalancerLimits(int Shards, int MaxConnections, int MaxDescriptors, bool MaxConnectionsDerived)
{
    /// <summary>UDP sessions open at once, by the name of their service.</summary>
    public IReadOnlyDictionary<string, int> MaxUdpSessions { get; private init; } = new Dictionary<string, int>();

    /// <summary>Sessions open at once of all services: what is configured, otherwise the sum of the others.</summary>
    public int MaxSessions { get; private init; }

    /// <summary>What a configuration comes to in this process.</summary>
    /// <exception cref="BalancerStartException">The process may hold too few descriptors to serve anybody.</exception>
    public static BalancerLimits Of(BalancerConfig config) => Of(config, ResourceLimits.MaxDescriptors());

    /// <summary>Sessions that a UDP service says it may have; 0 where it says nothing.</summary>
    internal static int WantedUdpSessions(ServiceConfig service)
    {
        (int table, int limit) = (service.Udp.MaxSessions, service.MaxConnections);
        return table == 0 || limit == 0 ? table + limit : Math.Min(table, limit);
    }

    internal static BalancerLimits Of(BalancerConfig config, int descriptors)
    {
        int shards = config.Global.Shards == 0 ? Environment.ProcessorCount : config.Global.Shards;
        int listeners = config.Services.Sum(static service => service.Listen.Count) * shards;
        int maxProbes = config.Global.MaxProbes;
        int probes = config.Services.Select(static service => service.Pool).Distinct()
            .Aggregate(0, (sum, pool) => Math.Min(maxProbes, sum + Probed(pool, maxProbes)));
        int forSessions = DescriptorBudget.ForSessions(descriptors, listeners + probes);

        ServiceConfig[] udp = [.. config.Services.Where(static service => service.Protocol == FlowProtocol.Udp)];
        bool hasTcp = udp.Length < config.Services.Count;
        int configured = config.Global.MaxConnections;
        int forUdp = Math.Max(0, configured > 0 ? Math.Min(forSessions, configured) : forSessions);
        int[] wanted = [.. udp.Select(WantedUdpSessions)];
        int[] shares = DescriptorBudget.UdpShares(wanted, forUdp, hasTcp, EphemeralPorts.ForSessions());
        int most = hasTcp ? (forSessions - shares.Sum()) / DescriptorBudget.PerTcpSession : 0;
        if ((hasTcp && most < 1) || shares.Contains(0))
        {
            throw new BalancerStartException(
                $"{descriptors} descriptors are too few: the process itself needs up to {DescriptorBudget.Reserve}, "
                + $"{listeners} listening sockets and {probes} probes one each, every connection 2"
                + $"{(udp.Length > 0 ? ", every UDP session 1" : "")}; raise LimitNOFILE= or ulimit -n");
        }

        bool derived = configured == 0 || configured > most;
        return new BalancerLimits(shards, derived ? most : configured, descriptors, derived)
        {
            MaxUdpSessions = udp.Zip(shares).ToDictionary(static one => one.First.Name, static one => one.Second),
            MaxSessions = configured > 0 ? configured : most + shares.Sum(),
        };
    }

    /// <summary>How many backends a file lists, or SRV records name, is not known, nor for how long.</summary>
    private static int Probed(PoolConfig pool, int most)
    {
        int probes = pool.Health.Type == ProbeType.None ? 0 : 1;
        int agents = pool.Health.AgentPort == 0 ? 0 : 1;
        bool isOpen = pool.BackendsFile.Length > 0 || pool.Backends.Any(static one => one.IsSrv);
        return probes + agents == 0 ? 0 : isOpen ? most : pool.Backends.Count * (probes + agents);
    }
}
