using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Shards;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Udp;

/// <summary>
/// A UDP service as all its listeners and sessions see it; the same on every shard. Another configuration of the
/// service makes another one, with the same limit, which then is that of the sessions it has as well: they are kept in
/// the order of one idle timeout.
/// </summary>
internal sealed class UdpService(ServiceConfig config, Pool pool, Ejector ejector, SessionLimit limit, ILogger logger)
{
    private const int LongestIdleShare = 10;

    public ServiceConfig Config { get; } = config;

    public Pool Pool { get; } = pool;

    public Ejector Ejector { get; } = ejector;

    public SessionLimit Limit { get; } = limit;

    public ILogger Logger { get; } = logger;

    /// <summary>What the kernel can do with trains of datagrams.</summary>
    public required DatagramOffload Offload { get; init; }

    /// <summary>What this process listens on.</summary>
    public OwnAddresses OwnAddresses { get; init; } = new();

    /// <summary>Time without a datagram after which a session ends, in ticks.</summary>
    public long Idle { get; } = ShardClock.Ticks(config.Timeouts.Idle);

    /// <summary>Idle for more than this, a session gives way to a new flow at the limit. Ticks.</summary>
    public long GivesWayAfter { get; } = ShardClock.Ticks(config.Timeouts.Idle) / LongestIdleShare;

    /// <summary>Longest life of a session, in ticks; 0 has no bound.</summary>
    public long Lifetime { get; } = ShardClock.Ticks(config.Timeouts.Lifetime);

    /// <summary>Replies after which a session ends, for each datagram of its client; 0: it ends when idle.</summary>
    public int Responses { get; } = config.Udp.Responses;

    public bool OneWay { get; } = config.Udp.OneWay;

    /// <summary>Source ports whose datagrams are dropped.</summary>
    public ushort[] DeniedSourcePorts { get; } = [.. config.Udp.DenySourcePorts];
}
