using L4Balancer.Backends;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>
/// A live UDP flow: a client at a listener, and a connected socket towards its backend, so that the kernel itself drops
/// what anybody else sends there.
/// <code>
///   Open --idle, lifetime--> Closed (idle, lifetime)
///   Open --as many replies as were asked for--> Closed (normal)
///   Open --a datagram finds the backend down, or refusing and another one available--> Closed (backend_down,
///          server_refused), or the socket of no use any more (server_unreachable); it begins the flow's next session
///   Open --idle for a while, and a new flow needs the place--> Closed (limit)
///   Open --the process ends--> Closed (shutdown)
/// </code>
/// All on its shard's thread.
/// </summary>
internal sealed class UdpSession : DatagramSocket, ILiveFlow
{
    private readonly FlowKey _flow;
    private readonly long _startedAt;
    private long _repliesMissing;
    private long _clientBytes;
    private long _serverBytes;
    private long _clientDatagrams;
    private long _serverDatagrams;
    private ShardTimer? _lifetime;
    private bool _hasLargeBuffers;

    public UdpSession(UdpServiceOnShard home, UdpListener listener, in FlowKey flow, Backend backend, int fd)
        : base(listener.Shard, fd)
    {
        Listener = listener;
        Home = home;
        Backend = backend;
        _flow = flow;
        _startedAt = LastActivity = Shard.Now;
    }

    public UdpListener Listener { get; }

    public UdpServiceOnShard Home { get; }

    public Backend Backend { get; }

    public ref readonly FlowKey Flow => ref _flow;

    /// <summary>When its last datagram came, from either side, in ticks.</summary>
    public long LastActivity { get; private set; }

    /// <summary>The backend has answered with ICMP "port unreachable", and that has had no consequence yet.</summary>
    public bool IsRefused { get; set; }

    /// <summary>
    /// Its socket has no way to the backend any more: the route has gone, or the address of this host that it sends
    /// from. A new one may have.
    /// </summary>
    public bool IsBroken { get; set; }

    /// <summary>Trains can be sent to the server, as far as is known.</summary>
    public bool CutsToServer { get; set; }

    /// <summary>Trains can be sent to the client, as far as is known.</summary>
    public bool CutsToClient { get; set; }

    /// <summary>
    /// Several replies were found waiting at once: from then on they are received together, joined where the kernel
    /// can.
    /// </summary>
    public bool ReceivesMany { get; private set; }

    /// <summary>The loop's turn in which replies were received last.</summary>
    public long ReceivedInTurn { get; set; }

    /// <summary>For <see cref="IdleOrder"/>.</summary>
    public UdpSession? Older { get; set; }

    /// <summary>For <see cref="IdleOrder"/>.</summary>
    public UdpSession? Newer { get; set; }

    /// <summary>For <see cref="RequestPath"/>: the slots of the present batch that are this session's.</summary>
    public SlotChain Waiting { get; set; } = SlotChain.Empty;

    /// <summary>
    /// Begins to live: counted, and heard of where replies are expected. Its place at the backend is taken.
    /// </summary>
    /// <returns>False where epoll did not take the socket; nothing is counted then.</returns>
    public bool TryStart()
    {
        UdpService service = Home.Service;
        if (!TryListen(forErrorsOnly: service.OneWay)) return false;

        CutsToServer = CutsToClient = service.Offload.Cuts;

        Backend.CountEstablished();
        Home.Counters.CountAccepted();
        if (service.Lifetime > 0) _lifetime = new LifetimeTimer(this, _startedAt + service.Lifetime);
        return true;
    }

    public bool IsOf(in FlowKey flow) => flow.Client == _flow.Client && flow.Local == _flow.Local;

    /// <summary>Counts what came from the client.</summary>
    public void CountRequests(int datagrams, int bytes)
    {
        Touch();
        Backend.CountTraffic(_clientBytes + _serverBytes, bytes, LastActivity);
        _repliesMissing += (long)datagrams * Home.Service.Responses;
        _clientDatagrams += datagrams;
        _clientBytes += bytes;
    }

    /// <summary>Counts what came from the server, and ends the session where no more is expected.</summary>
    public void CountReplies(int datagrams, int bytes)
    {
        if (_serverDatagrams == 0) Backend.Latency?.Record(Shard.Now - LastActivity, Shard.Now);
        Touch();
        Backend.CountTraffic(_clientBytes + _serverBytes, bytes, LastActivity);
        Backend.ForgetFailures();
        IsRefused = false;
        _serverDatagrams += datagrams;
        _serverBytes += bytes;
        if (Home.Service.Responses == 0) return;

        _repliesMissing -= datagrams;
        if (_repliesMissing <= 0) Close(CloseReason.Normal);
    }

    /// <summary>The server sends in bursts.</summary>
    public void ReceiveMany()
    {
        ReceivesMany = true;
        if (Home.Service.Offload.Joins) _ = SocketOptions.ReceiveTrains(Fd);
    }

    /// <summary>
    /// The kernel's default has turned out to be too small: of 64 trains of 63,000 bytes towards a link of 1 Gbit/s it
    /// takes 7. Only then, since most sessions never need it.
    /// </summary>
    /// <returns>False where that has been done before.</returns>
    public bool TryEnlargeBuffers()
    {
        if (_hasLargeBuffers) return false;

        _hasLargeBuffers = true;
        SocketOptions.BufferBytes(Fd, ListeningSockets.DatagramBufferBytes);
        return true;
    }

    /// <summary>An error has come back by ICMP. Not every one speaks against the backend.</summary>
    public void OnError(Errno error)
    {
        // Too large for a network on the way: the kernel knows its size from now on.
        if (error is Errno.None or Errno.EMSGSIZE) return;

        bool refused = error == Errno.ECONNREFUSED;
        IsRefused |= refused;
        Backend.CountConnectError(refused ? ConnectError.Refused : ConnectError.Unreachable);
        Backend.Latency?.RecordFailure(Shard.Now);
        Home.Service.Ejector.Failed(Backend, wasEstablished: true);
    }

    /// <summary>Ends the session. Only the first call has an effect.</summary>
    public void Close(CloseReason reason)
    {
        if (IsClosed) return;

        CloseSocket();
        if (_lifetime is not null) Shard.Timers.Cancel(_lifetime);
        TimeSpan duration = ShardClock.Between(_startedAt, Shard.Now);
        Home.Counters.CountClosed(reason, duration);
        if (Home.FlowLog.Wants(reason, _flow.Protocol)) Home.FlowLog.Ring.Add(Record(reason, duration));
        Backend.CountLastTraffic(_clientBytes + _serverBytes, Shard.Now);
        bool isUnanswered = _serverDatagrams == 0 && !Home.Service.OneWay;
        if (isUnanswered) Backend.Latency?.RecordUnanswered(Shard.Now - LastActivity, Shard.Now);
        Backend.EndSession();
        Home.Forget(this);
    }

    public override void CloseAtEnd() => Close(CloseReason.Shutdown);

    protected override void OnReadable() => Home.Paths.Replies.Take(this);

    protected override void OnFailed() => OnError(SocketOptions.TakeError(Fd));

    Backend? ILiveFlow.Backend => Backend;

    /// <inheritdoc/>
    public TimeSpan Age => ShardClock.Between(_startedAt, Shard.Now);

    /// <inheritdoc/>
    public FlowStatus Status() => new()
    {
        Id = new FlowId(Shard.Index, Registration),
        Service = Home.Service.Config.Name,
        Flow = _flow,
        Pool = Home.Service.Pool.Name,
        Backend = Backend.Name,
        Phase = FlowPhase.Open,
        Age = Age,
        Idle = ShardClock.Between(LastActivity, Shard.Now),
        ClientBytes = _clientBytes,
        ServerBytes = _serverBytes,
    };

    /// <inheritdoc/>
    public void OnBackendDown()
    {
        // The flow's next datagram finds that out, and another backend.
    }

    private void Touch()
    {
        if (LastActivity == Shard.Now) return;

        LastActivity = Shard.Now;
        Home.Idle.Touch(this);
    }

    private FlowRecord Record(CloseReason reason, TimeSpan duration) => new()
    {
        Service = Home.Service.Config.Name,
        Flow = _flow,
        Backend = Backend.Name,
        Reason = reason,
        ClientBytes = _clientBytes,
        ServerBytes = _serverBytes,
        ClientDatagrams = _clientDatagrams,
        ServerDatagrams = _serverDatagrams,
        Attempts = 1,
        ConnectDuration = TimeSpan.Zero,
        Duration = duration,
        EndedTimestamp = Shard.Now,
    };

    /// <summary>Ends a session of a service that bounds their lives; a busy one too.</summary>
    private sealed class LifetimeTimer : ShardTimer
    {
        private readonly UdpSession _session;

        public LifetimeTimer(UdpSession session, long deadline)
        {
            _session = session;
            session.Shard.Timers.Arm(this, deadline);
        }

        protected internal override void OnDue() => _session.Close(CloseReason.Lifetime);
    }
}
