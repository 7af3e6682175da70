using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Pools;

/// <summary>
/// How a flow stands in the queue of its pool. It leaves <see cref="Waiting"/> once, by one atomic exchange: of who
/// serves the queue (Granted, Refused: any thread) or of its own shard (Left). Who comes second finds that out and does
/// nothing.
/// <code>
///   Waiting --its turn, and a place it may have is reserved for it--> Granted --its shard dials--> not queued
///   Waiting --no candidate is left that it has not tried--> Refused --its shard--> another pool, or the session closed
///   Waiting --timeout, client gone, session closed--> Left
/// </code>
/// Every pair, where "at once" means on its shard as soon as it hears of it:
/// <code>
///   event                          Waiting                            Granted, and its shard has not heard yet
///   a place becomes free           the first who may have it: Granted the place is another's
///   timeout                        Left, queue_timeout                dials: it has a place
///   client resets                  Left, client_abort_connect         the place goes back, client_abort_connect
///   client ends its stream, sent   Left, client_abort_connect         the place goes back, client_abort_connect
///     nothing before
///   client ends its stream after   waits: its request is whole, and   dials
///     bytes                          an answer is expected
///   its backend goes down          (has none) the others' places      asks: place back, waits where it stood; flows
///                                    count from the publish on          on their way there are never lost
///   every backend goes out         Refused, no_backend                the same after it has given the place back
///   a backend comes (up, added,    served from the publish on         -
///     larger limit)
///   queue.size changes             waits: a bound is for who comes    -
///   queue.timeout changes          keeps the one it began with        -
///   max_connections is lowered     waits                              dials: the place was counted
///   listener or service removed    waits, is served, or drain.timeout dials
///   pool not the service's any     Refused; goes on in the one it     the place goes back; goes on in the one its
///     more                           has now, with what time is left    service has now
///   drain, takeover                waits, is served                   dials
///   shutdown, operator's kill      Left, that reason                  the place goes back, that reason
/// </code>
/// Left and Refused flows give nothing back, for they hold nothing.
/// </summary>
internal enum QueueState
{
    /// <summary>It has no place yet.</summary>
    Waiting,

    /// <summary>A place at a backend is reserved for it.</summary>
    Granted,

    /// <summary>No backend is left that could ever take it.</summary>
    Refused,

    /// <summary>It does not want one any more.</summary>
    Left,
}

/// <summary>
/// A flow that waits in a pool's queue. What does not change may be read by any thread; the links belong to who serves
/// the queue.
/// </summary>
/// <param name="flow">Who connects, where to.</param>
/// <param name="tried">Backends that have failed it.</param>
/// <param name="ticket">When it came: those with a smaller one came before.</param>
/// <param name="wake">Called once it is granted or refused, by who serves; has its shard look.</param>
internal sealed class QueuedFlow(FlowKey flow, Backend[] tried, long ticket, Action wake)
{
    private int _state;
    private Backend? _place;

    public FlowKey Flow => flow;

    public Backend[] Tried => tried;

    public long Ticket => ticket;

    public QueueState State => (QueueState)Volatile.Read(ref _state);

    /// <summary>The backend that has a place for it. Once it is granted.</summary>
    public Backend Place => _place!;

    internal QueuedFlow? Previous { get; set; }

    internal QueuedFlow? Next { get; set; }

    internal bool IsInLine { get; set; }

    /// <summary>All of these backends have failed it.</summary>
    public bool HasTried(ReadOnlySpan<Backend> backends)
    {
        foreach (Backend one in backends)
        {
            if (Array.IndexOf(tried, one) < 0) return false;
        }

        return true;
    }

    /// <summary>Makes a reserved place its own. False where it does not wait any more.</summary>
    public bool TryGrant(Backend place)
    {
        _place = place; // Read by its shard only where the exchange succeeds.
        return TryEnd(QueueState.Granted);
    }

    /// <summary>Nobody can take it. False where it does not wait any more.</summary>
    public bool TryRefuse() => TryEnd(QueueState.Refused);

    /// <summary>It gives up. False where it has been granted a place or refused meanwhile.</summary>
    public bool TryLeave() => TryEnd(QueueState.Left);

    /// <summary>Has its shard look at what has become of it.</summary>
    public void Wake() => wake();

    private bool TryEnd(QueueState end) => Interlocked.CompareExchange(
        ref _state, (int)end, (int)QueueState.Waiting) == (int)QueueState.Waiting;
}
