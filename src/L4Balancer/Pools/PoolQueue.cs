using System.Collections.Concurrent;
using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Pools;

/// <summary>
/// Takes places at a pool's backends, and has flows wait in the order of their coming, over all shards, while every
/// backend that could take them is full. Any thread, no lock: flows come and go by a lock-free inbox, and the line
/// itself belongs to whoever serves at the moment. Who is to serve while another does so tells him to look once more,
/// and goes on; so nobody waits for anybody, and no call is lost. What must hold:
/// <code>
///   hazard                                     answer
///   a place is freed between a flow's look     a flow is counted before it looks again (it serves after it came), a
///     and its coming                             place is freed before it is asked who waits: one of the two sees
///                                                the other
///   a fresh flow takes what one waits for      while somebody waits, nobody takes a place but by the line
///   a flow leaves as it is granted a place     one exchange decides; a place that nobody took is given back, which
///                                                serves the next
///   who left stands in the line for ever       he comes to the inbox a second time, and is taken out of the line
///   a flow that has failed at some backends    does not stop those behind it, who may go there, nor who comes when
///                                                the line is full of such as it
///   a backend goes, comes, is given more room  every publish serves
/// </code>
/// </summary>
internal sealed class PoolQueue(Pool pool)
{
    /// <summary>
    /// Looks at the line before the rest is left to the control plane: a shard must not serve others' flows for ever.
    /// </summary>
    private const int RoundsAtOnce = 16;

    private readonly ConcurrentQueue<QueuedFlow> _inbox = new(); // Who has come or left, and may be in the line or not.
    private QueuedFlow? _first; // The line, by tickets. Belongs to who serves.
    private QueuedFlow? _last;
    private int _calls; // To serve, since the one who serves has begun to look; more than 0 while somebody serves.
    private int _length;
    private int _untried; // Of those who wait, who have failed nowhere.
    private int _isChanged; // 1 where backends are others since somebody has looked at the whole line.
    private long _lastTicket;

    /// <summary>What has become of those who came.</summary>
    public QueueCounters Counters { get; } = new();

    /// <summary>Flows that wait.</summary>
    public int Length => Volatile.Read(ref _length);

    /// <summary>Picks a backend and takes a place there. Called by every shard; it allocates nothing.</summary>
    /// <param name="flow">Who connects, where to.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <param name="mayWait">
    /// Where there is none: there may be one later, or others wait and it is not its turn.
    /// </param>
    /// <returns>The backend, which counts the flow from here on; null where there is none.</returns>
    public Backend? TakePlace(in FlowKey flow, ReadOnlySpan<Backend> tried, out bool mayWait)
    {
        if (Length == 0 || IsHeldUp) return Reserve(flow, tried, out mayWait);

        mayWait = pool.HasUntried(tried);
        return null;
    }

    /// <summary>
    /// Has a flow wait. It may be granted a place before the call returns. Called by the flow's shard.
    /// </summary>
    /// <param name="flow">Who connects, where to.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <param name="ticket">
    /// 0 of one that comes for the first time, which takes one; otherwise the one it had, and its place in the line.
    /// </param>
    /// <param name="wake">Called once it is granted or refused, from any thread.</param>
    /// <returns>The flow in the queue, to be left once; null where no more may wait.</returns>
    public QueuedFlow? TryEnter(in FlowKey flow, Backend[] tried, ref long ticket, Action wake)
    {
        if (!TryCount())
        {
            Counters.CountFull();
            return null;
        }

        if (tried.Length == 0) Interlocked.Increment(ref _untried);
        if (ticket == 0) ticket = Interlocked.Increment(ref _lastTicket);
        QueuedFlow queued = new(flow, tried, ticket, wake);
        _inbox.Enqueue(queued);
        Serve();
        return queued;
    }

    /// <summary>A flow gives up. False where it has been granted a place, which it then has, or was refused.</summary>
    public bool TryLeave(QueuedFlow flow)
    {
        if (!flow.TryLeave()) return false;

        Uncount(flow);
        _inbox.Enqueue(flow);
        Serve(); // Who came behind it is not held up by it any more.
        return true;
    }

    /// <summary>A place may have become free. Any thread.</summary>
    public void OnPlaceFreed()
    {
        if (Length > 0) Serve();
    }

    /// <summary>There may be others to go to, or larger limits, or nothing to wait for any more. Any thread.</summary>
    public void OnBackendsChanged()
    {
        Volatile.Write(ref _isChanged, 1);
        OnPlaceFreed();
    }

    /// <summary>
    /// No more may wait, and who does has failed somewhere: what one that comes now finds may be nobody's turn.
    /// </summary>
    private bool IsHeldUp => Volatile.Read(ref _untried) == 0 && Length >= pool.Config.Queue.Size;

    /// <summary>Gives those who wait what there is, in their order. Any thread.</summary>
    private void Serve()
    {
        if (Interlocked.Increment(ref _calls) == 1) ServeOn();
    }

    /// <summary>As the one who serves: until nobody has called meanwhile.</summary>
    private void ServeOn()
    {
        int calls = Volatile.Read(ref _calls);
        for (int round = 0; round < RoundsAtOnce; round++)
        {
            ServeOnce();
            int more = Interlocked.Add(ref _calls, -calls);
            if (more == 0) return;
            calls = more;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.ServeOn(), this, preferLocal: false);
    }

    private void ServeOnce()
    {
        while (_inbox.TryDequeue(out QueuedFlow? flow))
        {
            if (flow.State != QueueState.Waiting) Unlink(flow);
            else if (!flow.IsInLine) Link(flow);
        }

        // Who can go nowhere any more is looked for when backends have changed. Otherwise nobody is asked for in vain
        // whose like has found nothing, or the line would be gone through for every place that is free.
        bool looksAtAll = Interlocked.Exchange(ref _isChanged, 0) == 1;
        Backend[]? stuck = null;
        QueuedFlow? next;
        for (QueuedFlow? flow = _first; flow is not null; flow = next)
        {
            next = flow.Next;
            if (flow.State != QueueState.Waiting) Unlink(flow);
            else if (stuck is not null && !looksAtAll && flow.HasTried(stuck)) continue;
            else if (Reserve(flow.Flow, flow.Tried, out bool mayWait) is { } backend)
            {
                Unlink(flow);
                if (flow.TryGrant(backend)) OnEnded(flow);
                else backend.EndSession(); // It has left meanwhile.
            }
            else if (!mayWait)
            {
                Unlink(flow);
                if (flow.TryRefuse()) OnEnded(flow);
            }
            else if (flow.Tried.Length == 0 || (!looksAtAll && pool.Pick(flow.Flow, []) is null))
            {
                return; // Every backend is full: those behind it find none either.
            }
            else
            {
                stuck = flow.Tried;
            }
        }
    }

    private void OnEnded(QueuedFlow flow)
    {
        Uncount(flow);
        flow.Wake();
    }

    private void Uncount(QueuedFlow flow)
    {
        if (flow.Tried.Length == 0) Interlocked.Decrement(ref _untried);
        Interlocked.Decrement(ref _length);
    }

    /// <summary>Picks and reserves; where others are faster, as often as there are backends to lose.</summary>
    private Backend? Reserve(in FlowKey flow, ReadOnlySpan<Backend> tried, out bool mayWait)
    {
        mayWait = false;
        if (pool.Backends.Count == 0) return null; // Given up; what it has published still stands.

        for (int looks = pool.Available; looks >= 0; looks--)
        {
            if (pool.Pick(flow, tried, out mayWait) is not { } backend) return null;
            if (backend.TryBeginSession()) return backend;
        }

        mayWait = true;
        Serve(); // Others were faster each time, and there may be room still: who waits is looked at again.
        return null;
    }

    private bool TryCount()
    {
        int most = pool.Config.Queue.Size;
        for (int length = Length; length < most;)
        {
            int seen = Interlocked.CompareExchange(ref _length, length + 1, length);
            if (seen == length) return true;
            length = seen;
        }

        return false;
    }

    /// <summary>
    /// Puts a flow where its ticket says: nearly always at the end, and near the front where it has been in the line
    /// before.
    /// </summary>
    private void Link(QueuedFlow flow)
    {
        QueuedFlow? before = _last;
        if (flow.Tried.Length == 0 || before is null || before.Ticket < flow.Ticket)
        {
            while (before is not null && before.Ticket > flow.Ticket) before = before.Previous;
        }
        else
        {
            before = null;
            for (QueuedFlow? one = _first; one is not null && one.Ticket < flow.Ticket; one = one.Next) before = one;
        }

        QueuedFlow? after = before is null ? _first : before.Next;
        (flow.Previous, flow.Next, flow.IsInLine) = (before, after, true);
        if (before is null) _first = flow;
        else before.Next = flow;
        if (after is null) _last = flow;
        else after.Previous = flow;
    }

    /// <summary>Takes a flow out of the line, if it is in it.</summary>
    private void Unlink(QueuedFlow flow)
    {
        if (!flow.IsInLine) return;

        if (flow.Previous is { } before) before.Next = flow.Next;
        else _first = flow.Next;
        if (flow.Next is { } after) after.Previous = flow.Previous;
        else _last = flow.Previous;
        (flow.Previous, flow.Next, flow.IsInLine) = (null, null, false);
    }
}
