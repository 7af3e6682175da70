using L4Balancer.Config;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using L4Balancer.Udp;
using Microsoft.Extensions.Logging;

namespace L4Balancer;

/// <summary>A UDP service on all shards.</summary>
internal sealed class UdpRuntime : ServiceRuntime, IDisposable
{
    private readonly UdpServiceOnShard[] _onShards;
    private readonly UdpSurroundings _surroundings;
    private readonly ILogger _logger;

    public UdpRuntime(
        ServiceConfig config, PoolRuntime pool, SessionLimit limit, IReadOnlyList<ShardSeat> seats,
        UdpSurroundings surroundings, ILogger logger)
        : base(config, pool, limit)
    {
        _surroundings = surroundings;
        _logger = logger;
        UdpService service = MakeService();
        _onShards =
        [
            .. seats.Select((seat, i) => new UdpServiceOnShard(
                service, seat.Shard, seat.FlowLog, surroundings.Paths[i])),
        ];
        Counters = [.. _onShards.Select(static one => one.Counters)];
        Datagrams = [.. _onShards.Select(static one => one.Datagrams)];
    }

    public override IReadOnlyList<ServiceCounters> Counters { get; }

    /// <summary>What each shard counts of its datagrams.</summary>
    public IReadOnlyList<DatagramCounters> Datagrams { get; }

    public override void PostStop() => PostToAll(static home => home.Stop());

    public override void PostCloseIfDone()
    {
        // On all shards or on none: with one socket less the kernel would deal all flows anew.
        if (Limit.Open == 0) _ = CutOffAsync(CloseReason.Shutdown);
    }

    public override void PostCloseListeners()
    {
        // Replies leave by them: they close along with the last session.
    }

    public override Task CutOffAsync(CloseReason reason) =>
        Task.WhenAll(_onShards.Select(home => home.Shard.RunAsync(() => home.CutOff(reason))));

    /// <summary>Closes what is open. The shards have ended, or were never started.</summary>
    public void Dispose()
    {
        foreach (UdpServiceOnShard home in _onShards) home.CutOff(CloseReason.Shutdown);
    }

    protected override void OnUse()
    {
        UdpService service = MakeService();
        PostToAll(home => home.Use(service));
    }

    protected override void OnTake(ListenerGroup group) => ((UdpListenerGroup)group).PostMove(Name, _onShards);

    protected override async Task<ListenerGroup> MakeGroupAsync(OpenedSockets opened, BoundListener bound)
    {
        UdpListener[] listeners = new UdpListener[opened.Fds.Length];
        await Task.WhenAll(opened.Fds.Select((fd, i) =>
        {
            UdpServiceOnShard home = _onShards[i % _onShards.Length];
            return home.Shard.RunAsync(() =>
            {
                listeners[i] = new UdpListener(home, fd, bound.Endpoint, bound.Address.IsV6Socket);
                home.Add(listeners[i]);
            });
        }));
        return new UdpListenerGroup(opened.Configured, bound, listeners) { Sockets = opened.Sockets };
    }

    private UdpService MakeService() => new(Config, Pool.Pool, Pool.Ejector, Limit, _logger)
    {
        Offload = _surroundings.Offload,
        OwnAddresses = _surroundings.OwnAddresses,
    };

    private void PostToAll(Action<UdpServiceOnShard> work)
    {
        foreach (UdpServiceOnShard home in _onShards) home.Shard.Post(() => work(home));
    }
}
