using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>
/// A UDP service on one shard: its sessions, found by their flow and in the order of their last datagram, and its
/// listeners. All on the shard's thread unless said otherwise.
/// </summary>
internal sealed class UdpServiceOnShard
{
    /// <summary>Sessions ended before the shard's other flows have their turn: each costs a close(2).</summary>
    private const int ExpiryBatch = 64;

    /// <summary>Batches taken of what a listener still holds when the process begins to drain.</summary>
    public const int StopBatches = 64;

    private static readonly long DropsInterval = ShardClock.Ticks(TimeSpan.FromSeconds(1));

    private readonly List<UdpListener> _listeners = [];
    private SessionOpening _opening;
    private readonly CallbackTimer _idleTimer;
    private readonly CallbackTimer _dropsTimer;
    private readonly Continuation _expireMore;

    public UdpServiceOnShard(UdpService service, Shard shard, FlowLog flowLog, UdpPaths paths)
    {
        Service = service;
        Shard = shard;
        FlowLog = flowLog;
        Paths = paths;
        _opening = new SessionOpening(this);
        _idleTimer = new CallbackTimer(Expire);
        _dropsTimer = new CallbackTimer(TakeDrops);
        _expireMore = new Continuation(Expire);
    }

    public UdpService Service { get; private set; }

    public Shard Shard { get; }

    public FlowLog FlowLog { get; }

    /// <summary>What all UDP services of the shard share.</summary>
    public UdpPaths Paths { get; }

    public ServiceCounters Counters { get; } = new();

    public DatagramCounters Datagrams { get; } = new();

    public SessionTable Sessions { get; } = new();

    /// <summary>The sessions in the order of their last datagram.</summary>
    public IdleOrder Idle { get; } = new();

    /// <summary>No new flow is taken any more.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Adds a listener.</summary>
    public void Add(UdpListener listener) => _listeners.Add(listener);

    /// <summary>A listener has closed, or is another service's now.</summary>
    public void Remove(UdpListener listener) => _listeners.Remove(listener);

    /// <summary>Goes over to another configuration.</summary>
    public void Use(UdpService service)
    {
        Service = service;
        IsDraining = false;
        _opening = new SessionOpening(this);
        Expire(); // The idle timeout may be a shorter one.
    }

    /// <summary>
    /// Takes what has come so far; from then on flows that are not known are dropped, and sessions end when they have
    /// been idle for as long as would make them give way at the limit: that a UDP flow is over nobody says.
    /// </summary>
    public void Stop()
    {
        foreach (UdpListener listener in _listeners) listener.TakeWaiting(StopBatches);
        IsDraining = true;
        Expire();
    }

    /// <summary>Closes listeners and sessions, whatever they are doing.</summary>
    public void CutOff(CloseReason reason)
    {
        IsDraining = true;
        while (Idle.Oldest is { } session) session.Close(reason);
        foreach (UdpListener listener in _listeners.ToArray()) listener.Close(); // Each takes itself out.
        Shard.Timers.Cancel(_dropsTimer);
    }

    /// <summary>Closes the sessions whose replies leave by a listener that closes.</summary>
    public void CutOff(UdpListener listener)
    {
        UdpSession? next;
        for (UdpSession? session = Idle.Oldest; session is not null; session = next)
        {
            next = session.Newer;
            if (session.Listener == listener) session.Close(CloseReason.Shutdown);
        }
    }

    /// <summary>
    /// The session that a datagram belongs to: the flow's own, or a new one where it has none, or where its backend has
    /// gone or refuses and another is there.
    /// </summary>
    /// <param name="listener">Where it came.</param>
    /// <param name="flow">Its flow.</param>
    /// <param name="drop">Why there is none.</param>
    public UdpSession? SessionOf(UdpListener listener, in FlowKey flow, out DatagramDrop drop)
    {
        drop = default;
        if (Sessions.Find(flow) is not { } session) return _opening.Open(listener, flow, out drop);

        // Not while datagrams wait for it: it is judged once a batch.
        bool stays = !session.Waiting.IsEmpty
            || (session.Backend.KeepsFlows && !session.IsRefused && !session.IsBroken);
        return stays ? session : Move(session, out drop);
    }

    /// <summary>A session begins.</summary>
    public void Remember(UdpSession session)
    {
        Sessions.Add(session);
        Idle.Add(session);
        session.Listener.Sessions++;
        if (!_idleTimer.IsArmed) Shard.Timers.Arm(_idleTimer, session.LastActivity + Service.Idle);
    }

    /// <summary>A session has ended.</summary>
    public void Forget(UdpSession session)
    {
        Sessions.Remove(session);
        Idle.Remove(session);
        session.Listener.Sessions--;
        Service.Limit.Release();
        if (Sessions.Count == 0) Shard.Timers.Cancel(_idleTimer);
    }

    /// <summary>
    /// Datagrams have come, so the kernel may have dropped some: they are counted within a second. No timer runs while
    /// nothing comes.
    /// </summary>
    public void WatchDrops()
    {
        if (!_dropsTimer.IsArmed) Shard.Timers.Arm(_dropsTimer, Shard.Now + DropsInterval);
    }

    /// <summary>Gives the flow of a session whose backend is gone or refuses another one, where there is one.</summary>
    /// <returns>The flow's session from now on, or null where there is none.</returns>
    private UdpSession? Move(UdpSession session, out DatagramDrop drop)
    {
        drop = default;
        FlowKey flow = session.Flow;
        if (!session.Backend.KeepsFlows)
        {
            End(session, CloseReason.BackendDown);

            // The ring without it may still be being built.
            return _opening.Reopen(session.Listener, flow, session.Backend, out drop);
        }

        if (session.IsBroken)
        {
            End(session, CloseReason.ServerUnreachable);
            return _opening.Reopen(session.Listener, flow, avoided: null, out drop);
        }

        session.IsRefused = false;
        if (Service.Pool.Pick(flow, [session.Backend]) is null) return session;

        Counters.Retries++;
        End(session, CloseReason.ServerRefused);
        return _opening.Reopen(session.Listener, flow, session.Backend, out drop);
    }

    /// <summary>Ends a session that is not idle; what its server has sent by now is passed on.</summary>
    private void End(UdpSession session, CloseReason reason)
    {
        if (!Service.OneWay) Paths.Replies.Take(session);
        session.Close(reason);
    }

    private void TakeDrops() => _listeners.ForEach(static listener => listener.TakeDrops());

    /// <summary>Ends the sessions that have been idle for too long, and waits for the next that will have.</summary>
    private void Expire()
    {
        long longest = IsDraining ? Service.GivesWayAfter : Service.Idle;
        for (int ended = 0; Idle.Oldest is { } oldest; ended++)
        {
            long deadline = oldest.LastActivity + longest;
            if (deadline > Shard.Now)
            {
                Shard.Timers.Arm(_idleTimer, deadline);
                return;
            }

            if (ended == ExpiryBatch)
            {
                Shard.Defer(_expireMore);
                return;
            }

            oldest.Close(CloseReason.Idle);
        }
    }
}
