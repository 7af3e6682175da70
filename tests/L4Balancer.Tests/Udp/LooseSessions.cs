using System.Net;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using L4Balancer.Tests.Loopback;
using L4Balancer.Udp;
using Microsoft.Extensions.Logging.Abstractions;

namespace L4Balancer.Tests.Udp;

/// <summary>Sessions that no socket belongs to, of a shard that does not run: for what only keeps them.</summary>
internal sealed class LooseSessions : IDisposable
{
    private const int NoDescriptor = -1;

    private static readonly IPEndPoint Somewhere = new(IPAddress.Loopback, 1);

    private readonly Shard _shard = new(0, new ShardOptions());
    private readonly UdpPaths _paths;
    private readonly Ejector _ejector;
    private readonly UdpServiceOnShard _home;
    private readonly UdpListener _listener;
    private readonly Backend _backend;

    public LooseSessions()
    {
        _paths = new UdpPaths(_shard);
        ServiceConfig config = RunningBalancer.UdpService([Somewhere]);
        Pool pool = new(config.Pool, new FleetPlace(0), TimeProvider.System, NullLogger.Instance);
        _ejector = new Ejector(pool, TimeProvider.System, NullLogger.Instance);
        _backend = pool.Backends[0];
        UdpService service =
            new(config, pool, _ejector, new SessionLimit(int.MaxValue), NullLogger.Instance) { Offload = default };
        _home = new UdpServiceOnShard(service, _shard, new FlowLog(FlowLogFilter.All), _paths);
        _listener = new UdpListener(_home, NoDescriptor, IpEndpoint.From(Somewhere), v6: false);
    }

    public UdpSession Make(in FlowKey flow) => new(_home, _listener, flow, _backend, NoDescriptor);

    public void Dispose()
    {
        _ejector.Dispose();
        _shard.Dispose();
        _paths.Dispose();
    }
}
