using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>One listening socket of a UDP service on one shard: requests come in by it, replies leave by it.</summary>
internal sealed class UdpListener : DatagramSocket
{
    private readonly IpEndpoint _bound;
    private readonly bool _boundToAny;
    private readonly List<UdpServiceOnShard> _formerHomes = [];
    private uint _dropsSeen;
    private bool _isReleased;
    private int _sessions;

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
        _dropsSeen = SocketOptions.Drops(fd); // Of a socket that was taken over, its former owner's.
    }

    /// <summary>The service that new flows belong to.</summary>
    public UdpServiceOnShard Home { get; private set; }

    /// <summary>It takes no new flows any more.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Sessions whose replies leave by it. Written on the shard's thread, read anywhere.</summary>
    public int Sessions
    {
        get => Volatile.Read(ref _sessions);
        set => Volatile.Write(ref _sessions, value);
    }

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

    /// <summary>Takes what has come so far, and no new flow from then on; or takes new flows again.</summary>
    public void Drain(bool drain)
    {
        if (drain && !IsDraining) TakeWaiting(UdpServiceOnShard.StopBatches);
        IsDraining = drain;
    }

    /// <summary>
    /// New flows belong to another service from now on; sessions stay with the one that they began with.
    /// </summary>
    public void MoveTo(UdpServiceOnShard home)
    {
        IsDraining = false;
        if (home == Home) return;

        TakeDrops();
        Home.Remove(this);
        _formerHomes.Remove(home);
        _formerHomes.Add(Home);
        Home = home;
        home.Add(this);
    }

    /// <summary>The session that a datagram belongs to, or null and why there is none.</summary>
    public UdpSession? SessionOf(in FlowKey flow, out DatagramDrop drop)
    {
        if (_formerHomes.Count == 0) return Home.SessionOf(this, flow, out drop);

        _formerHomes.RemoveAll(static home => home.Sessions.Count == 0);
        foreach (UdpServiceOnShard former in _formerHomes)
        {
            if (former.Sessions.Find(flow) is not null) return former.SessionOf(this, flow, out drop);
        }

        return Home.SessionOf(this, flow, out drop);
    }

    /// <summary>
    /// Takes nothing any more: somebody else who holds the socket does. Replies still leave by it. The shard's thread.
    /// </summary>
    public void Release()
    {
        TakeDrops();
        _isReleased = true;
        IsDraining = true;
        Unregister();
    }

    /// <summary>Takes what waits, at most <paramref name="batches"/> times a batch.</summary>
    public void TakeWaiting(int batches)
    {
        bool more = !_isReleased;
        for (int taken = 0; taken < batches && more; taken++) more = Home.Paths.Requests.Take(this);
    }

    /// <summary>
    /// Closes the sessions that need it, and the socket; who still sends gets ICMP "port unreachable".
    /// </summary>
    public void Close()
    {
        if (IsClosed) return;

        Home.CutOff(this);
        _formerHomes.ForEach(home => home.CutOff(this));
        Home.Paths.Replies.Flush(); // What is to leave by it.
        TakeDrops();
        Unregister(); // Others may hold the socket too.
        CloseSocket();
        Home.Remove(this);
    }

    /// <summary>The flow that a datagram belongs to.</summary>
    public FlowKey FlowOf(in IpEndpoint sender, IpAddress local) =>
        new(sender, _boundToAny ? _bound with { Address = local } : _bound, FlowProtocol.Udp);

    /// <summary>Takes over what the kernel has dropped since the last time.</summary>
    public void TakeDrops()
    {
        if (IsClosed || _isReleased) return;

        uint drops = SocketOptions.Drops(Fd);
        uint fresh = unchecked(drops - _dropsSeen);
        _dropsSeen = drops;
        Home.Datagrams.CountDropped(DatagramDrop.ReceiveBuffer, fresh);
    }

    protected override void OnReadable()
    {
        Home.WatchDrops();
        _ = Home.Paths.Requests.Take(this);
    }

    protected override void OnFailed() => _ = SocketOptions.TakeError(Fd); // Of no flow: the socket has no peer.
}
