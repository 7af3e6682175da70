using L4Balancer.Shards;
using L4Balancer.Telemetry;
using L4Balancer.Udp;

namespace L4Balancer;

/// <summary>A UDP service on all shards.</summary>
internal sealed class UdpRuntime : ServiceRuntime, IDisposable
{
    private readonly UdpServiceOnShard[] _onShards;

    public UdpRuntime(
        UdpService service, IReadOnlyList<Shard> shards, IReadOnlyList<FlowLog> flowLogs, IReadOnlyList<UdpPaths> paths)
        : base(service.Config)
    {
        Service = service;
        _onShards = [.. shards.Select((shard, i) => new UdpServiceOnShard(service, shard, flowLogs[i], paths[i]))];
        Counters = [.. _onShards.Select(static one => one.Counters)];
        Datagrams = [.. _onShards.Select(static one => one.Datagrams)];
    }

    public UdpService Service { get; }

    public override IReadOnlyList<ServiceCounters> Counters { get; }

    /// <summary>What each shard counts of its datagrams.</summary>
    public IReadOnlyList<DatagramCounters> Datagrams { get; }

    public override IReadOnlyList<BoundListener> OpenListeners() => Open(_onShards.Length, Add);

    public override void PostStart() => PostToAll(static home => home.Start());

    public override void PostStop() => PostToAll(static home => home.Stop());

    public override void PostCloseIfDone()
    {
        // On all shards or on none: with one socket less the kernel would deal all flows anew.
        if (Service.Limit.Open == 0) PostCutOff();
    }

    public override void PostCloseListeners()
    {
        // Replies leave by them: they close along with the last session.
    }

    public override void PostCutOff() => PostToAll(static home => home.CutOff());

    /// <summary>Closes what is open. The shards have ended, or were never started.</summary>
    public void Dispose()
    {
        foreach (UdpServiceOnShard home in _onShards) home.CutOff();
    }

    private void Add(int shard, int fd, BoundListener bound)
    {
        UdpServiceOnShard home = _onShards[shard];
        home.Add(new UdpListener(home, fd, bound.Endpoint, bound.Address.IsV6Socket));
    }

    private void PostToAll(Action<UdpServiceOnShard> work)
    {
        foreach (UdpServiceOnShard home in _onShards) home.Shard.Post(() => work(home));
    }
}
