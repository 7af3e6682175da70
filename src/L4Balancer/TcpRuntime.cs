using L4Balancer.Config;
using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer;

/// <summary>A TCP service on all shards.</summary>
internal sealed class TcpRuntime : ServiceRuntime
{
    private readonly TcpServiceOnShard[] _onShards;
    private readonly ILogger _logger;

    public TcpRuntime(
        ServiceConfig config, PoolRuntime pool, SessionLimit limit, IReadOnlyList<ShardSeat> seats, ILogger logger)
        : base(config, pool, limit)
    {
        _logger = logger;
        TcpService service = MakeService();
        _onShards = [.. seats.Select(seat => new TcpServiceOnShard(service, seat.Shard, seat.FlowLog))];
        Counters = [.. _onShards.Select(static one => one.Counters)];
    }

    public override IReadOnlyList<ServiceCounters> Counters { get; }

    public override void PostStop()
    {
        foreach (ListenerGroup group in Groups) group.PostStop();
    }

    public override void PostCloseIfDone()
    {
        // Its listeners close as soon as they have taken what had come.
    }

    public override void PostCloseListeners()
    {
        foreach (ListenerGroup group in Groups) group.PostClose();
    }

    public override Task CutOffAsync(CloseReason reason) => Task.WhenAll(_onShards.Select(
        home => LiveFlows.VisitAsync(home.Shard, flow =>
        {
            if (flow is TcpSession session && session.Home == home) session.Close(reason);
        })));

    protected override void OnUse()
    {
        TcpService service = MakeService();
        foreach (TcpServiceOnShard home in _onShards) home.Shard.Post(() => home.Service = service);
    }

    protected override void OnTake(ListenerGroup group) => ((TcpListenerGroup)group).PostMove(Name, _onShards);

    protected override async Task<ListenerGroup> MakeGroupAsync(OpenedSockets opened, BoundListener bound)
    {
        TcpListener[] listeners = new TcpListener[opened.Fds.Length];
        try
        {
            await Task.WhenAll(opened.Fds.Select((fd, i) => _onShards[i % _onShards.Length].Shard.RunAsync(
                () => listeners[i] = new TcpListener(_onShards, i % _onShards.Length, fd, bound.Endpoint))));
        }
        catch (IOException failure)
        {
            foreach (TcpListener? made in listeners) made?.PostClose(); // The others have closed theirs.
            throw new BalancerStartException($"service {Name}: {failure.Message}");
        }

        return new TcpListenerGroup(opened.Configured, bound, listeners) { Sockets = opened.Sockets };
    }

    private TcpService MakeService() => new(Config, Pool.Pool, Pool.Ejector, Limit, _logger);
}
