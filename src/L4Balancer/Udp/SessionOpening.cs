using L4Balancer.Backends;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>
/// Decides on the first datagram of a flow: whether it is taken, which backend it goes to, and what its session holds.
/// One shard's.
/// </summary>
internal sealed class SessionOpening(UdpServiceOnShard home)
{
    /// <summary>
    /// Time without a further try after one failed for want of a descriptor, a port or memory. Where all ports of the
    /// host are taken the kernel looks through all of them each time: 3 to 10 ms in which no other flow moves.
    /// </summary>
    private static readonly long ExhaustedPause = ShardClock.Ticks(TimeSpan.FromMilliseconds(100));

    // The backends that a flow is not to get, for the length of one call: the avoided one and those that failed.
    private readonly Backend[] _tried = new Backend[1 + home.Service.Config.RetryAttempts];
    private readonly LogPace _log = new(home.Shard);
    private long _exhaustedUntil;

    private UdpService Service => home.Service;

    private bool IsExhausted => home.Shard.Now < _exhaustedUntil;

    /// <summary>Opens a session for a flow that was not known.</summary>
    /// <param name="listener">Where its datagram came.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="drop">Why it is not taken.</param>
    /// <returns>The session, or null.</returns>
    public UdpSession? Open(UdpListener listener, in FlowKey flow, out DatagramDrop drop) =>
        IsRejected(listener, flow, out drop) ? null : Reopen(listener, flow, avoided: null, out drop);

    /// <summary>Opens the next session of a flow whose last one had to end.</summary>
    /// <param name="listener">Where its datagram came.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="avoided">A backend that has refused it, or is gone.</param>
    /// <param name="drop">Why it is not taken.</param>
    /// <returns>The session, or null.</returns>
    public UdpSession? Reopen(UdpListener listener, in FlowKey flow, Backend? avoided, out DatagramDrop drop)
    {
        drop = DatagramDrop.Resource;
        if (IsExhausted) return null;

        if (!TryReserve())
        {
            drop = DatagramDrop.Limit;
            return null;
        }

        UdpSession? session = TryConnect(listener, flow, avoided, out drop);
        if (session is null)
        {
            Service.Limit.Release();
            return null;
        }

        Service.Limit.Use();
        home.Remember(session);
        return session;
    }

    private bool IsRejected(UdpListener listener, in FlowKey flow, out DatagramDrop drop)
    {
        drop = DatagramDrop.Shutdown;
        if (home.IsDraining || listener.IsDraining) return true;

        drop = DatagramDrop.Resource; // Before the look for own addresses, which needs a port too.
        if (IsExhausted) return true;

        drop = DatagramDrop.DeniedSourcePort;
        if (Service.DeniedSourcePorts.AsSpan().Contains(flow.Client.Port)) return true;

        drop = DatagramDrop.Loop;
        return Service.Pool.IsBackend(flow.Client) || Service.OwnAddresses.Contains(flow.Client);
    }

    /// <summary>
    /// Takes a place under the limit; at the limit that of this shard's longest idle session, if it has been idle for
    /// long enough to be forgotten.
    /// </summary>
    private bool TryReserve()
    {
        if (Service.Limit.Reserve() is not { } reached) return true;

        if (home.Idle.Oldest is { } oldest && home.Shard.Now - oldest.LastActivity > Service.GivesWayAfter)
        {
            oldest.Close(CloseReason.Limit);
            if (Service.Limit.Reserve() is null) return true;
        }

        if (_log.IsDue()) Service.Logger.SessionsAtLimit(Service.Config.Name, reached.Max);
        return false;
    }

    private UdpSession? TryConnect(UdpListener listener, in FlowKey flow, Backend? avoided, out DatagramDrop drop)
    {
        drop = DatagramDrop.NoBackend;
        int tried = 0;
        if (avoided is not null) _tried[tried++] = avoided;
        for (int attempt = 0; attempt < Service.Config.RetryAttempts; attempt++)
        {
            if (Service.Pool.Queue.TakePlace(flow, _tried.AsSpan(0, tried), out bool mayWait) is not { } backend)
            {
                if (mayWait) drop = DatagramDrop.Limit; // A datagram does not wait.
                return null;
            }

            if (!backend.KeepsFlows) // Gone, and the ring without it is still being built.
            {
                backend.EndSession();
                _tried[tried++] = backend;
                continue;
            }

            Errno error = Connect(backend, out int fd);
            if (error == Errno.None)
            {
                UdpSession session = new(home, listener, flow, backend, fd);
                if (session.TryStart()) return session;

                SocketCalls.Close(fd);
                error = Errno.ENOMEM;
            }

            backend.EndSession();
            if (Errnos.IsExhaustion(error))
            {
                backend.CountConnectError(ConnectError.Resource);
                if (_log.IsDue()) Service.Logger.SessionsExhausted(Service.Config.Name, Errnos.Text(error));
                _exhaustedUntil = home.Shard.Now + ExhaustedPause;
                drop = DatagramDrop.Resource;
                return null;
            }

            backend.CountConnectError(ConnectError.Unreachable);
            Service.Ejector.Failed(backend);
            _tried[tried++] = backend;
            drop = DatagramDrop.ServerUnreachable;
        }

        return null;
    }

    /// <summary>Opens a socket towards a backend, on a port of its own.</summary>
    private Errno Connect(Backend backend, out int fd)
    {
        IpEndpoint endpoint = backend.Endpoint!.Value;
        SyscallResult opened = SocketCalls.OpenUdp(v6: !endpoint.Address.IsV4);
        fd = opened.Value;
        if (opened.IsError) return opened.Error;

        if (Service.OneWay) _ = SocketOptions.LeastReceiveBuffer(fd);
        SyscallResult connected = SocketCalls.Connect(fd, endpoint);
        if (connected.IsError) SocketCalls.Close(fd);
        return connected.Error;
    }
}
