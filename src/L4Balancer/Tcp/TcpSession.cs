using L4Balancer.Backends;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <summary>
/// A live TCP flow: a client side and a server side on one shard, from accept to close.
/// <code>
///   Dialling --every backend is full--> Queued --a place is free--> Dialling
///   Dialling --connected--> Relaying --both streams ended--> Closed (normal)
///   Dialling --no candidate left, client reset--> Closed (server_*, no_backend, limit, client_abort_connect)
///   Queued --timeout, client gone, no candidate left--> Closed (queue_timeout, client_abort_connect, no_backend)
///   Relaying --a side reset, a timeout, shutdown--> Closed (its reason)
/// </code>
/// All on its shard's thread. Whatever holds a resource for it learns of the close because its sockets are closed.
/// </summary>
internal sealed partial class TcpSession : SocketOwner, ILiveFlow
{
    private readonly TcpServiceOnShard _home;
    private TcpService _service;
    private readonly FlowKey _flow;
    private readonly long _acceptedAt;
    private ShardSocket _client;
    private ShardSocket? _server;
    private Backend? _backend;
    private long _establishedAt;
    private long _lastActivity; // The last byte's or end's time; while dialling, the attempt's start.
    private long _askedAt; // The client's last byte before the server's first; 0 where there was none.
    private long _clientBytes;
    private long _serverBytes;
    private int _attempts;
    private QueueStay? _stay; // Set where there was no place for it at once.
    private bool _countsAtBackend;
    private bool _mayNotStay; // Its backend went down while it was connected.
    private StreamState _clientStream;
    private StreamState _serverStream;
    private CloseReason? _pendingAbort; // A target was reset: what it sent before is passed on first, then that reset.
    private bool _closed;

    private TcpSession(TcpServiceOnShard home, in FlowKey flow)
    {
        _home = home;
        _service = home.Service;
        _flow = flow;
        _client = null!; // Set by Start, before anybody else sees the session.
        _acceptedAt = _lastActivity = home.Shard.Now;
    }

    public TcpServiceOnShard Home => _home;

    /// <summary>
    /// The service as it was when the session began, or when its pool was given up while it waited for a place.
    /// </summary>
    public TcpService Service => _service;

    public Shard Shard => _home.Shard;

    public ref readonly FlowKey Flow => ref _flow;

    public bool IsClosed => _closed;

    /// <summary>The client has sent something already (or ended its stream).</summary>
    public bool HasClientBytes => _client.IsReadable;

    private bool IsRelaying => _establishedAt != 0;

    /// <summary>
    /// Begins a session with an accepted descriptor. Its place under the limits and on the shard is taken already.
    /// </summary>
    public static void Start(TcpServiceOnShard home, int fd, in FlowKey flow)
    {
        home.Counters.CountAccepted();
        TcpSession session = new(home, flow);
        if (ShardSocket.TryOpen(home.Shard, fd, session) is not { } client)
        {
            session.Finish(CloseReason.Resource);
            return;
        }

        session._client = client;
        _ = session.Run();
    }

    /// <summary>Where a direction's bytes come from.</summary>
    public ShardSocket Source(bool fromClient) => fromClient ? _client : _server!;

    /// <summary>Where a direction's bytes go to.</summary>
    public ShardSocket Target(bool fromClient) => fromClient ? _server! : _client;

    /// <summary>What was received last is all, and the target's stream is to end behind it, not by a reset.</summary>
    public bool EndFollows(bool fromClient) => Source(fromClient).HasEnded && _pendingAbort != AbortReason(fromClient);

    /// <summary>Counts bytes taken from a direction's source.</summary>
    public void CountReceived(bool fromClient, int bytes)
    {
        if (!fromClient && _serverBytes == 0) _backend!.Latency?.Record(Shard.Now - _lastActivity, Shard.Now);
        _backend!.CountTraffic(_clientBytes + _serverBytes, bytes, Shard.Now);
        _lastActivity = Shard.Now;
        if (fromClient)
        {
            if (_serverBytes == 0) _askedAt = Shard.Now;
            _clientBytes += bytes;
            _home.Counters.ReceivedFromClients += bytes;
        }
        else
        {
            _serverBytes += bytes;
            _home.Counters.ReceivedFromServers += bytes;
        }
    }

    /// <summary>Counts bytes that a direction's target has taken.</summary>
    public void CountSent(bool fromClient, int bytes)
    {
        if (bytes == 0) return; // The target was not ready after all, which is no activity.

        _lastActivity = Shard.Now;
        if (fromClient) _home.Counters.SentToServers += bytes;
        else _home.Counters.SentToClients += bytes;
    }

    /// <summary>
    /// A receive or splice brought no byte: there is none yet, the source has ended its stream, or it was reset.
    /// </summary>
    public RelayStep OnNothingReceived(bool fromClient, SyscallResult result)
    {
        if (result.WouldBlock) return RelayStep.Again;

        if (result.IsError) Close(AbortReason(fromClient)); // What came before has been passed on; now the reset is.
        else OnSourceEnded(fromClient);
        return RelayStep.Over;
    }

    /// <summary>
    /// A target takes no more bytes. What it sent before may still wait to be received, so the other direction goes on;
    /// this one discards.
    /// </summary>
    public RelayStep OnTargetGone(bool fromClient, Errno error)
    {
        if (_closed) return RelayStep.Over;

        SetState(fromClient, StreamState.Broken);

        // EPIPE: it had ended its stream before it went, so what comes from it ends as a whole. Otherwise it was cut
        // off, but the send has taken the error away, and the receive will see an end like any other.
        if (error != Errno.EPIPE && State(!fromClient) != StreamState.Ended) _pendingAbort = AbortReason(!fromClient);
        OnSideOver();
        return RelayStep.TargetGone;
    }

    /// <summary>Ends the session. Only the first call has an effect.</summary>
    public void Close(CloseReason reason)
    {
        if (_closed) return;
        _closed = true;

        // An end that is not both sides' own is a reset: a FIN would pass a cut stream off as a whole one.
        bool reset = reason != CloseReason.Normal;
        _client.Close(reset);
        _server?.Close(reset);
        Finish(reason);
    }

    protected internal override void OnFailed(ShardSocket socket)
    {
        if (_closed) return;

        if (IsRelaying) OnSideOver();
        else if (socket == _client) Close(CloseReason.ClientAbortConnect);
    }

    protected internal override void OnDue()
    {
        if (IsRelaying) ArmNextDeadline();
        else if (_stay is { IsWaiting: true }) _client.Wake(); // It sees that its time is over.
        else _server?.Close(reset: true); // The dialler wakes and sees why.
    }

    /// <summary>From the accept to the start of the relays.</summary>
    private async Detached Run()
    {
        // Whether the client has sent something by now is known when epoll has been asked once more.
        await Shard.Yield();
        if (_closed) return;

        CloseReason? failure = await TcpDialler.ConnectAsync(this);
        if (_closed) return;

        if (failure is { } reason)
        {
            Close(reason);
            return;
        }

        _establishedAt = Shard.Now;
        _backend!.CountEstablished(ShardClock.Between(_lastActivity, _establishedAt));
        _backend.Latency?.Record(_establishedAt - _lastActivity, _establishedAt);
        _lastActivity = _establishedAt;
        ArmNextDeadline();
        _ = TcpRelay.Run(this, fromClient: true);
        _ = TcpRelay.Run(this, fromClient: false);
    }

    /// <summary>A source has ended its stream and all of it has been passed on; so the target's is ended too.</summary>
    private void OnSourceEnded(bool fromClient)
    {
        if (_closed) return;

        if (_pendingAbort == AbortReason(fromClient))
        {
            Close(AbortReason(fromClient));
            return;
        }

        bool wasOpen = State(fromClient) == StreamState.Open;
        SetState(fromClient, StreamState.Ended);
        if (State(!fromClient) == StreamState.Ended)
        {
            Close(CloseReason.Normal);
            return;
        }

        if (wasOpen) _ = SocketCalls.ShutdownSend(Target(fromClient).Fd);
        OnSideOver();
    }

    /// <summary>What is left has its time from now on, however long nothing was sent before.</summary>
    private void OnSideOver()
    {
        _lastActivity = Shard.Now;
        ArmNextDeadline();
    }

    private StreamState State(bool fromClient) => fromClient ? _clientStream : _serverStream;

    private void SetState(bool fromClient, StreamState state)
    {
        if (fromClient) _clientStream = state;
        else _serverStream = state;
    }

    private static CloseReason AbortReason(bool fromClient) =>
        fromClient ? CloseReason.ClientAbort : CloseReason.ServerAbort;

    /// <summary>Closes the session where a deadline has passed, otherwise waits for the next one.</summary>
    private void ArmNextDeadline()
    {
        (long deadline, CloseReason reason) =
            _service.Timeouts.Next(_acceptedAt, _lastActivity, IsHalfClosed);
        if (deadline <= Shard.Now) Close(reason);
        else if (deadline != long.MaxValue) Shard.Timers.Arm(this, deadline);
    }

    /// <summary>One direction is over, or a side has failed and only what it sent before is on its way.</summary>
    private bool IsHalfClosed => _clientStream != StreamState.Open || _serverStream != StreamState.Open
        || _client.IsFailed || _server!.IsFailed;

    /// <summary>Gives back whatever the session counted as, and leaves its record. Once.</summary>
    private void Finish(CloseReason reason)
    {
        Shard.Timers.Cancel(this);
        _stay?.Leave(reason);
        TimeSpan duration = ShardClock.Between(_acceptedAt, Shard.Now);
        _home.Counters.CountClosed(reason, duration);
        if (_home.FlowLog.Wants(reason, _flow.Protocol)) _home.FlowLog.Ring.Add(Record(reason, duration));

        _backend?.CountLastTraffic(_clientBytes + _serverBytes, Shard.Now);
        if (IsRelaying && _serverBytes == 0) RecordUnanswered(reason);
        LeaveBackend();
        Shard.Load.Remove();
        _service.Limit.Release();
    }
}
