using L4Balancer.Interop;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>
/// From the servers to their clients: what sessions' sockets have received is gathered over one turn of the loop and
/// leaves together by the listener that the clients wrote to, from the very address that they wrote to.
/// </summary>
internal sealed class ReplyPath : DatagramPath
{
    /// <summary>Datagrams received from one session before others have their turn.</summary>
    private const int ReceiveAtOnce = 16;

    /// <summary>
    /// Slots that are filled before a turn's end is awaited no longer: enough that a call's cost is spread, few enough
    /// that the first has not waited long.
    /// </summary>
    private const int SendFrom = 32;

    private readonly Shard _shard;
    private readonly Continuation _endOfTurn;
    private UdpListener? _listener; // All messages that wait leave by it.
    private int _used; // Slots that hold what waits.
    private bool _awaitsEndOfTurn;

    public ReplyPath(Shard shard)
        : base(withSenders: false)
    {
        _shard = shard;
        _endOfTurn = new Continuation(OnEndOfTurn);
    }

    /// <summary>
    /// Takes what waits at a session's socket; it leaves at the end of the loop's turn at the latest.
    /// </summary>
    public void Take(UdpSession session)
    {
        if (_listener != session.Listener || _used >= SendFrom) Flush();
        _listener = session.Listener;

        int first = _used;
        SyscallResult received = Receive(session);
        if (received.IsError)
        {
            if (!received.WouldBlock) session.OnError(received.Error);
            return;
        }

        AwaitEndOfTurn();
        _used += received.Value;
        Reply(session, first);
    }

    /// <summary>Sends what waits.</summary>
    public void Flush()
    {
        SendAll();
        _used = 0;
    }

    protected override void SendAll()
    {
        if (Sends.Count > 0) SendBy(_listener!.Fd);
    }

    protected override void Address(UdpSession session) =>
        Sends.Address(session.Flow.Client, session.Listener.SourceOf(session.Flow), session.Listener.IsV6);

    protected override void CountSent(UdpSession session, int datagrams, int bytes)
    {
        session.Home.Datagrams.SentToClients += datagrams;
        session.Home.Counters.SentToClients += bytes;
    }

    protected override void StopTrains(UdpSession session) => session.CutsToClient = false;

    protected override bool OnFailed(UdpSession session, Errno error) => false;

    protected override DatagramDrop ReasonOf(Errno error) =>
        Errnos.IsExhaustion(error) ? DatagramDrop.ClientBuffer : DatagramDrop.ClientUnreachable;

    private void Reply(UdpSession session, int first)
    {
        int datagrams = 0;
        int bytes = 0;
        SlotChain chain = SlotChain.Empty;
        for (int slot = first; slot < _used; slot++)
        {
            chain = Append(chain, slot);
            datagrams += Batch.Datagrams(slot);
            bytes += Batch.Bytes(slot);
        }

        session.Home.Datagrams.ReceivedFromServers += datagrams;
        session.Home.Counters.ReceivedFromServers += bytes;
        AddChain(session, chain, session.CutsToClient);
        session.CountReplies(datagrams, bytes);
    }

    /// <summary>
    /// One, as long as they come singly. Where there was one in the turn before too, more may be waiting.
    /// </summary>
    private SyscallResult Receive(UdpSession session)
    {
        bool lastTurnToo = session.ReceivedInTurn == _shard.Turn - 1;
        session.ReceivedInTurn = _shard.Turn;
        if (!session.ReceivesMany && !lastTurnToo) return Batch.ReceiveOne(session.Fd, _used);

        SyscallResult received = Batch.Receive(session.Fd, _used, ReceiveAtOnce);
        if (received.Value > 1 && !session.ReceivesMany) session.ReceiveMany();
        return received;
    }

    private void AwaitEndOfTurn()
    {
        if (_awaitsEndOfTurn) return;

        _awaitsEndOfTurn = true;
        _shard.Defer(_endOfTurn);
    }

    private void OnEndOfTurn()
    {
        _awaitsEndOfTurn = false;
        Flush();
    }
}
