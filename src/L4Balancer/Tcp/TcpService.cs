using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Tcp;

/// <summary>
/// A service as all its listeners and sessions see it; the same on every shard. Another configuration of the service
/// makes another one, with the same limit: sessions stay with the one that they began with.
/// </summary>
internal sealed class TcpService(
    ServiceConfig config, Pool pool, Ejector ejector, SessionLimit limit, ILogger logger)
{
    public ServiceConfig Config { get; } = config;

    public Pool Pool { get; } = pool;

    public Ejector Ejector { get; } = ejector;

    public SessionLimit Limit { get; } = limit;

    public ILogger Logger { get; } = logger;

    public SessionTimeouts Timeouts { get; } = new(config.Timeouts);
}

/// <summary>
/// A service on one shard: what its sessions there share, so that a session holds one reference to it all.
/// </summary>
internal sealed class TcpServiceOnShard(TcpService service, Shard shard, FlowLog flowLog)
{
    /// <summary>What new sessions begin with. Set on the shard's thread.</summary>
    public TcpService Service { get; set; } = service;

    public Shard Shard { get; } = shard;

    public FlowLog FlowLog { get; } = flowLog;

    public ServiceCounters Counters { get; } = new();
}
