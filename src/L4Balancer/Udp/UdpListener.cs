using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer.Udp;

/// <summary>One listening socket of a UDP service on one shard: requests come in by it, replies leave by it.</summary>
internal sealed class UdpListener : DatagramSocket
{
    private readonly IpEndpoint _bound;
    private readonly bool _boundToAny;
    private uint _dropsSeen;

    /// <param name="home">The service on this listener's shard.</param>
    /// <param name="fd">The bound socket, which this object closes.</param>
    /// <param name="bound">What it is bound to.</param>
    /// <param name="v6">It is an IPv6 socket, be it for both families.</param>
    public UdpListener(UdpServiceOnShard home, int fd, in IpEndpoint bound, bool v6)
        : base(home.Shard, fd)
    {
        Home = home;
        IsV6 = v6;
        _bound = bound;
        _boundToAny = bound.Address.IsAny;
    }

    public UdpServiceOnShard Home { get; }

    /// <summary>Addresses are written as IPv6, those of IPv4 in their mapped form.</summary>
    public bool IsV6 { get; }

    /// <summary>The address that a reply has to name as its source; null where the socket has just one.</summary>
    public IpAddress? SourceOf(in FlowKey flow) => _boundToAny ? flow.Local.Address : null;

    /// <summary>Begins to take datagrams, also those that wait already. The shard's thread.</summary>
    public void Start()
    {
        if (Home.Service.Offload.Joins) _ = SocketOptions.ReceiveTrains(Fd);
        if (!TryListen()) throw new IOException("the listening socket could not be registered with epoll");
    }

    /// <summary>Takes what waits, at most <paramref name="batches"/> times a batch.</summary>
    public void TakeWaiting(int batches)
    {
        bool more = true;
        for (int taken = 0; taken < batches && more; taken++) more = Home.Paths.Requests.Take(this);
    }

    /// <summary>Closes the socket; who still sends gets ICMP "port unreachable".</summary>
    public void Close()
    {
        if (IsClosed) return;

        TakeDrops();
        CloseSocket();
    }

    /// <summary>The flow that a datagram belongs to.</summary>
    public FlowKey FlowOf(in IpEndpoint sender, IpAddress local) =>
        new(sender, _boundToAny ? _bound with { Address = local } : _bound, FlowProtocol.Udp);

    /// <summary>Takes over what the kernel has dropped since the last time.</summary>
    public void TakeDrops()
    {
        if (IsClosed) return;

        uint drops = SocketOptions.Drops(Fd);
        uint fresh = unchecked(drops - _dropsSeen);
        _dropsSeen = drops;
        Home.Datagrams.CountDropped(Telemetry.DatagramDrop.ReceiveBuffer, fresh);
    }

    protected override void OnReadable()
    {
        Home.WatchDrops();
        _ = Home.Paths.Requests.Take(this);
    }

    protected override void OnFailed() => _ = SocketOptions.TakeError(Fd); // Of no flow: the socket has no peer.
}
