using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <summary>
/// One listening socket of a service on one shard. It takes connections in bounded batches; at a limit, or when the
/// process is out of descriptors, it pauses and the rest waits in the kernel's queue.
/// </summary>
internal sealed class TcpListener
{
    /// <summary>Connections taken before the shard's other flows have their turn.</summary>
    private const int AcceptBatch = 64;

    /// <summary>Pause after an accept failed for want of descriptors or memory.</summary>
    private static readonly TimeSpan ExhaustedPause = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Shard[] _shards;
    private readonly ShardSocket _socket;
    private readonly ShardGate _gate;
    private readonly IpEndpoint _bound;
    private readonly bool _boundToAny;
    private readonly LogPace _pauseLog; // At its limit it pauses again for every session that ends.
    private IReadOnlyList<TcpServiceOnShard> _serviceByShard;
    private TcpServiceOnShard _home;
    private bool _stopping;

    /// <summary>Registers the socket. The shard's thread.</summary>
    /// <param name="serviceByShard">The service on every shard, by the shard's index.</param>
    /// <param name="index">The shard that this listener belongs to.</param>
    /// <param name="fd">The listening socket, which this object closes.</param>
    /// <param name="bound">What it is bound to.</param>
    public TcpListener(IReadOnlyList<TcpServiceOnShard> serviceByShard, int index, int fd, IpEndpoint bound)
    {
        _serviceByShard = serviceByShard;
        _shards = [.. serviceByShard.Select(static service => service.Shard)];
        _home = serviceByShard[index];
        _bound = bound;
        _boundToAny = bound.Address.IsAny;
        _gate = new ShardGate(Shard);
        _pauseLog = new LogPace(Shard);
        _socket = ShardSocket.TryOpen(Shard, fd, owner: null)
            ?? throw new IOException("the listening socket could not be registered with epoll");
    }

    private enum BatchEnd
    {
        /// <summary>The kernel's queue is empty.</summary>
        Drained,

        /// <summary>There may be more.</summary>
        Full,

        /// <summary>A limit is reached; the listener will be woken.</summary>
        AtLimit,

        /// <summary>Out of descriptors or memory.</summary>
        Exhausted,
    }

    private Shard Shard => _home.Shard;

    private TcpService Service => _home.Service;

    /// <summary>Completes when its socket is closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Begins to take connections; until then they wait in the kernel's queue. Once, any thread.</summary>
    public void PostStart() => Shard.Post(() => _ = AcceptLoop());

    /// <summary>What it accepts from now on belongs to another service, by the shard's index. Any thread.</summary>
    public void PostMove(IReadOnlyList<TcpServiceOnShard> serviceByShard) => Shard.Post(() =>
    {
        _serviceByShard = serviceByShard;
        _home = serviceByShard[Shard.Index];
        _gate.Open(); // It may have waited for a limit that is not its own any more.
    });

    /// <summary>
    /// Takes what has come so far, then closes the socket: a client whose connection the kernel has completed is
    /// served. Any thread.
    /// </summary>
    public void PostStop() => Shard.Post(Stop);

    /// <summary>Closes the socket at once; who waits in the kernel's queue is reset. Any thread.</summary>
    public void PostClose() => Shard.Post(Close);

    /// <summary>Takes connections until stopped.</summary>
    private async Detached AcceptLoop()
    {
        while (await _socket.Readable())
        {
            BatchEnd end = TakeBatch();
            if (end == BatchEnd.Full) await Shard.Yield();
            else if (end == BatchEnd.AtLimit) await _gate;
            else if (end == BatchEnd.Exhausted) await _gate.Close(ExhaustedPause);

            if (_stopping && end != BatchEnd.Full) break;
        }

        Close();
    }

    private void Close()
    {
        _socket.Close(reset: false);
        _closed.TrySetResult();
    }

    private void Stop()
    {
        _stopping = true;
        _gate.Open();
        if (!_socket.IsReadable) Close();
    }

    private BatchEnd TakeBatch()
    {
        for (int taken = 0; taken < AcceptBatch; taken++)
        {
            if (Service.Limit.Reserve() is { } reached) return PauseAt(reached);

            SyscallResult accepted = _socket.Accept(out IpEndpoint client);
            if (!accepted.IsError)
            {
                Place(accepted.Value, client);
                continue;
            }

            Service.Limit.Release();
            if (accepted.WouldBlock) return BatchEnd.Drained;
            if (!Errnos.IsOfOneConnection(accepted.Error)) return PauseExhausted(accepted.Error);

            _home.Counters.AcceptErrors++;
        }

        return BatchEnd.Full;
    }

    private void Place(int fd, IpEndpoint client)
    {
        IpEndpoint local = _bound;
        if (_boundToAny && SocketCalls.LocalEndpoint(fd, out local).IsError) local = _bound;
        FlowKey flow = new(client, local, FlowProtocol.Tcp);

        TcpServiceOnShard home = _home;
        if (_shards.Length > 1) home = _serviceByShard[ShardBalance.Choose(_shards, Shard.Index)];
        home.Shard.Load.Add();
        Service.Limit.Use();
        if (home == _home) TcpSession.Start(home, fd, flow);
        else home.Shard.Post(() => TcpSession.Start(home, fd, flow));
    }

    private BatchEnd PauseAt(SessionLimit limit)
    {
        if (_stopping) return BatchEnd.Drained; // What waits in the kernel's queue cannot be served any more.

        _home.Counters.CountPause(ListenerPause.Limit);
        if (_pauseLog.IsDue()) Service.Logger.ListenerAtLimit(Service.Config.Name, limit.Max);
        _gate.Close(time: null);
        limit.Wait(_gate);
        return BatchEnd.AtLimit;
    }

    private BatchEnd PauseExhausted(Errno error)
    {
        _home.Counters.CountPause(ListenerPause.Resource);
        if (_pauseLog.IsDue()) Service.Logger.ListenerExhausted(Service.Config.Name, Errnos.Text(error));
        return BatchEnd.Exhausted;
    }
}
