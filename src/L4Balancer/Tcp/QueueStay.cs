using System.Runtime.CompilerServices;
using L4Balancer.Backends;
using L4Balancer.Pools;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <summary>
/// A session's time in queues: most sessions have none. One that comes back, since the backend it was sent to failed,
/// stands where it stood, and its time goes on. On its shard's thread; what can happen is drawn at <see
/// cref="QueueState"/>.
/// </summary>
internal sealed class QueueStay
{
    private readonly TcpSession _session;
    private readonly ShardSocket _client;
    private readonly Action _postWake;
    private PoolQueue? _queue;
    private QueuedFlow? _flow; // While it waits, or has a place that it has not taken yet.
    private long _ticket;
    private long _deadline;
    private long _since;
    private TimeSpan _waited;

    /// <summary>A session is about to wait.</summary>
    public QueueStay(TcpSession session, ShardSocket client)
    {
        _session = session;
        _client = client;
        Action wake = Wake;
        _postWake = () => session.Shard.Post(wake);
    }

    /// <summary>It stands in a queue.</summary>
    public bool IsWaiting => _flow is not null;

    /// <summary>Time in queues so far.</summary>
    public TimeSpan Waited =>
        IsWaiting ? _waited + ShardClock.Between(_since, _session.Shard.Now) : _waited;

    /// <summary>Waits for a place in the queue of the session's pool.</summary>
    /// <param name="tried">Backends that have failed it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<QueueTurn> WaitAsync(Backend[] tried)
    {
        if (!TryEnter(tried, out QueuedFlow flow)) return new QueueTurn(null, CloseReason.Limit);

        while (flow.State == QueueState.Waiting)
        {
            if (ReasonToLeave() is { } reason)
            {
                if (!_queue!.TryLeave(flow)) break; // It has been granted a place, or refused.

                End(reason);
                return new QueueTurn(null, reason);
            }

            await _client.News();
            if (_session.IsClosed) return default; // Which has left the queue.
        }

        if (flow.State == QueueState.Refused)
        {
            End(CloseReason.NoBackend);
            return default;
        }

        if (HasClientLeft() is { } gone)
        {
            Leave(gone);
            return new QueueTurn(null, gone);
        }

        End(reason: null);
        return new QueueTurn(flow.Place, null);
    }

    /// <summary>
    /// The session ends: it gives up its turn, and the place that it may have got meanwhile. Nothing where it does not
    /// wait.
    /// </summary>
    public void Leave(CloseReason reason)
    {
        if (_flow is not { } flow) return;

        bool hasPlace = !_queue!.TryLeave(flow) && flow.State == QueueState.Granted;
        End(reason);
        if (hasPlace) flow.Place.EndSession();
    }

    private bool TryEnter(Backend[] tried, out QueuedFlow flow)
    {
        PoolQueue queue = _session.Service.Pool.Queue;
        if (queue != _queue) _ticket = 0;
        _queue = queue;
        _since = _session.Shard.Now;
        if (_deadline == 0) _deadline = _since + ShardClock.Ticks(_session.Service.Pool.Config.Queue.Timeout);
        _flow = queue.TryEnter(_session.Flow, tried, ref _ticket, _postWake);
        flow = _flow!;
        if (_flow is null) return false;

        _session.Shard.Timers.Arm(_session, _deadline);
        return true;
    }

    private CloseReason? ReasonToLeave() =>
        HasClientLeft() ?? (_session.Shard.Now >= _deadline ? CloseReason.QueueTimeout : null);

    /// <summary>
    /// A client that ended its stream without having sent anything is gone; one that has sent something may want an
    /// answer. A reset closes the session by itself.
    /// </summary>
    private CloseReason? HasClientLeft() =>
        _client.IsClosed ? CloseReason.Shutdown // Its shard ends.
        : _client.IsOver ? CloseReason.ClientAbortConnect
        : null;

    private void End(CloseReason? reason)
    {
        TimeSpan waited = ShardClock.Between(_since, _session.Shard.Now);
        _waited += waited;
        _flow = null;
        _queue!.Counters.CountWaited(Outcome(reason), waited);
    }

    private static QueueOutcome Outcome(CloseReason? reason) => reason switch
    {
        null => QueueOutcome.Served,
        CloseReason.QueueTimeout => QueueOutcome.Timeout,
        CloseReason.ClientAbortConnect => QueueOutcome.ClientGone,
        CloseReason.NoBackend => QueueOutcome.NoBackend,
        _ => QueueOutcome.Ended,
    };

    /// <summary>Its turn has come, or never will; unless it has seen that already.</summary>
    private void Wake()
    {
        if (IsWaiting) _client.Wake();
    }
}
