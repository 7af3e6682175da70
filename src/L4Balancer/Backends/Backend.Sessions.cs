namespace L4Balancer.Backends;

/// <content>The places for sessions that it has. Changed by all shards.</content>
internal sealed partial class Backend
{
    private volatile int _maxSessions = config.MaxConnections;
    private int _active;

    /// <summary>Sessions that have it as their server or try to.</summary>
    public int ActiveSessions => Volatile.Read(ref _active);

    /// <summary>It has as many sessions as it may have; a pick passes it over.</summary>
    public bool IsFull => MaxSessions is var most and > 0 && ActiveSessions >= most;

    /// <summary>A place of a backend with a limit is free again. Called by who ends the session, after that.</summary>
    internal Action? PlaceFreed { get; set; }

    /// <summary>A verdict has taken it out, and its pool goes by that.</summary>
    public bool IsOut => (_health == BackendHealth.Down || _ejected || _agent.IsDown) && !_forced;

    /// <summary>
    /// Takes a place for a session that is about to connect, if there is one: at no moment do more than <see
    /// cref="MaxSessions"/> hold one. Any thread; wait-free without a limit, otherwise somebody always gets on.
    /// </summary>
    public bool TryBeginSession()
    {
        if (MaxSessions == 0)
        {
            Interlocked.Increment(ref _active);
            return true;
        }

        for (int active = ActiveSessions; MaxSessions is var most && (most == 0 || active < most);)
        {
            int seen = Interlocked.CompareExchange(ref _active, active + 1, active);
            if (seen == active) return true;
            active = seen; // Another session began or ended meanwhile.
        }

        return false;
    }

    /// <summary>Its session ended, or the connect failed.</summary>
    public void EndSession()
    {
        Interlocked.Decrement(ref _active);
        if (MaxSessions > 0) PlaceFreed?.Invoke();
    }
}
