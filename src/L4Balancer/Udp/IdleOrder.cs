namespace L4Balancer.Udp;

/// <summary>Sessions in the order of their last datagram, as a list through the sessions themselves.</summary>
internal sealed class IdleOrder
{
    private UdpSession? _newest;

    /// <summary>The session that has been idle for longest; null where there is none.</summary>
    public UdpSession? Oldest { get; private set; }

    /// <summary>Adds a session that has just had a datagram.</summary>
    public void Add(UdpSession session)
    {
        session.Older = _newest;
        session.Newer = null;
        if (_newest is null) Oldest = session;
        else _newest.Newer = session;
        _newest = session;
    }

    /// <summary>A session has had a datagram.</summary>
    public void Touch(UdpSession session)
    {
        if (session == _newest) return;

        Remove(session);
        Add(session);
    }

    /// <summary>Takes a session out.</summary>
    public void Remove(UdpSession session)
    {
        if (session.Older is null) Oldest = session.Newer;
        else session.Older.Newer = session.Newer;
        if (session.Newer is null) _newest = session.Older;
        else session.Newer.Older = session.Older;
        session.Older = session.Newer = null;
    }
}
