using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>A TCP service on all shards.</summary>
internal sealed class TcpRuntime : ServiceRuntime
{
    private readonly TcpServiceOnShard[] _onShards;
    private readonly List<TcpListener> _listeners = [];

    public TcpRuntime(TcpService service, IReadOnlyList<Shard> shards, IReadOnlyList<FlowLog> flowLogs)
        : base(service.Config)
    {
        _onShards = [.. shards.Select((shard, i) => new TcpServiceOnShard(service, shard, flowLogs[i]))];
        Counters = [.. _onShards.Select(static one => one.Counters)];
    }

    public override IReadOnlyList<ServiceCounters> Counters { get; }

    public override IReadOnlyList<BoundListener> OpenListeners() => Open(
        _onShards.Length,
        (shard, fd, bound) => _listeners.Add(new TcpListener(_onShards, shard, fd, bound.Endpoint)));

    public override void PostStart() => _listeners.ForEach(static listener => listener.PostStart());

    public override void PostStop() => _listeners.ForEach(static listener => listener.PostStop());

    public override void PostCloseIfDone()
    {
        // Its listeners close as soon as they have taken what had come.
    }

    public override void PostCloseListeners() => _listeners.ForEach(static listener => listener.PostClose());

    public override void PostCutOff()
    {
        foreach (TcpServiceOnShard home in _onShards) home.Shard.Post(() => CloseSessions(home));
    }

    private static void CloseSessions(TcpServiceOnShard home)
    {
        foreach (SocketOwner owner in home.Shard.Owners())
        {
            if (owner is TcpSession session && session.Home == home) session.Close(CloseReason.Shutdown);
        }
    }
}
