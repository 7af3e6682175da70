using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>
/// From the clients of a listener to their servers: a batch is received, its datagrams are put to their sessions, and
/// each session's leave by its connected socket, in the order of their coming.
/// </summary>
internal sealed class RequestPath() : DatagramPath(withSenders: true)
{
    private readonly UdpSession[] _touched = new UdpSession[Slots];
    private UdpSession _target = null!; // Set for the length of a send.
    private int _failedAt = -1;

    /// <summary>Passes on one batch of what waits at a listener.</summary>
    /// <returns>True where more may wait.</returns>
    public bool Take(UdpListener listener)
    {
        SyscallResult received = Batch.Receive(listener.Fd, 0, Slots);
        int touched = 0;
        for (int slot = 0; slot < received.Value; slot++)
        {
            if (Place(listener, slot) is { } session) _touched[touched++] = session;
        }

        foreach (UdpSession session in _touched.AsSpan(0, touched)) Forward(session);
        return received.Value == Slots;
    }

    protected override void SendAll()
    {
        _failedAt = -1;
        SendBy(_target.Fd);
    }

    protected override void Address(UdpSession session)
    {
        // Its socket is connected.
    }

    protected override void CountSent(UdpSession session, int datagrams, int bytes)
    {
        session.Home.Datagrams.SentToServers += datagrams;
        session.Home.Counters.SentToServers += bytes;
    }

    protected override void StopTrains(UdpSession session) => session.CutsToServer = false;

    protected override bool OnFailed(UdpSession session, Errno error)
    {
        if (Errnos.IsExhaustion(error)) return error == Errno.EAGAIN && session.TryEnlargeBuffers();

        if (_failedAt == Sends.Position)
        {
            session.IsBroken = error is not (Errno.ECONNREFUSED or Errno.EMSGSIZE or Errno.EPERM);
            return false;
        }

        // The answer to an earlier datagram, most likely: the socket has only passed it on, and is free to send now.
        if (error == Errno.ECONNREFUSED) session.OnError(error);
        _failedAt = Sends.Position;
        return true;
    }

    protected override DatagramDrop ReasonOf(Errno error) => error switch
    {
        Errno.ECONNREFUSED => DatagramDrop.ServerRefused,
        _ when Errnos.IsExhaustion(error) => DatagramDrop.ServerBuffer,
        _ => DatagramDrop.ServerUnreachable,
    };

    /// <summary>Puts a datagram to its session.</summary>
    /// <returns>The session, where this is its first of the batch.</returns>
    private UdpSession? Place(UdpListener listener, int slot)
    {
        UdpServiceOnShard home = listener.Home;
        int datagrams = Batch.Datagrams(slot);
        int bytes = Batch.Bytes(slot);
        home.Datagrams.ReceivedFromClients += datagrams;
        home.Counters.ReceivedFromClients += bytes;

        FlowKey flow = listener.FlowOf(Batch.Sender(slot), Batch.Local(slot));
        if (listener.SessionOf(flow, out DatagramDrop drop) is not { } session)
        {
            home.Datagrams.CountDropped(drop, datagrams);
            return null;
        }

        session.CountRequests(datagrams, bytes);
        bool isFirst = session.Waiting.IsEmpty;
        session.Waiting = Append(session.Waiting, slot);
        return isFirst ? session : null;
    }

    /// <summary>Sends a session's datagrams.</summary>
    private void Forward(UdpSession session)
    {
        SlotChain chain = session.Waiting;
        session.Waiting = SlotChain.Empty;
        if (chain.First == chain.Last && Batch.SegmentBytes(chain.First) == 0)
        {
            // The most frequent case by far, and one that needs no message header.
            SyscallResult sent = Batch.Send(session.Fd, chain.First);
            if (!sent.IsError)
            {
                CountSent(session, 1, sent.Value);
                return;
            }

            if (sent.Error == Errno.ECONNREFUSED) session.OnError(sent.Error); // Passed on: it is free to send now.
        }

        _target = session;
        AddChain(session, chain, asTrains: session.CutsToServer);
        SendAll();
    }
}
