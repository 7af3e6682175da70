using L4Balancer.Interop;
using L4Balancer.Telemetry;

namespace L4Balancer.Udp;

/// <summary>
/// One direction of all UDP sessions of a shard: datagrams are received many at a time into slots, those of a session
/// are chained, and leave from the same slots, as trains where they can. Buffers are touched only between a receive and
/// the send that follows it.
/// </summary>
internal abstract class DatagramPath : IDisposable
{
    /// <summary>Slots of a batch: as many datagrams as one train has at most, and 4 MiB where all are full.</summary>
    protected const int Slots = 64;

    private readonly int[] _next = new int[Slots]; // The slot behind another in its chain, or negative.
    private readonly UdpSession[] _sessions = new UdpSession[Slots]; // Whose datagrams a message is.

    protected DatagramPath(bool withSenders) => Batch = new DatagramBatch(Slots, withSenders);

    protected DatagramBatch Batch { get; }

    /// <summary>A slot is a piece of one train, or makes messages of one piece: there are pieces for both.</summary>
    protected DatagramSends Sends { get; } = new(maxMessages: Slots, maxPieces: 2 * Slots);

    public void Dispose()
    {
        Batch.Dispose();
        Sends.Dispose();
    }

    /// <summary>Adds a slot to the end of a chain.</summary>
    protected SlotChain Append(SlotChain chain, int slot)
    {
        _next[slot] = -1;
        if (chain.IsEmpty) return new SlotChain(slot, slot);

        _next[chain.Last] = slot;
        return chain with { Last = slot };
    }

    /// <summary>Makes messages of a session's chain and sends them, or leaves them for a later send.</summary>
    protected void AddChain(UdpSession session, SlotChain chain, bool asTrains)
    {
        for (int slot = chain.First; slot >= 0;)
        {
            slot = asTrains ? AddTrain(session, slot) : AddSingly(session, slot);
        }
    }

    /// <summary>Sends all messages, by <see cref="SendBy"/>.</summary>
    protected abstract void SendAll();

    /// <summary>Says where the message that has just begun goes.</summary>
    protected abstract void Address(UdpSession session);

    /// <summary>Counts what the kernel has taken.</summary>
    protected abstract void CountSent(UdpSession session, int datagrams, int bytes);

    /// <summary>Trains turned out to be impossible on the way that a session's datagrams go.</summary>
    protected abstract void StopTrains(UdpSession session);

    /// <summary>Learns from an error that is no train's.</summary>
    /// <returns>True where the message is to be tried again; false where it is dropped.</returns>
    protected abstract bool OnFailed(UdpSession session, Errno error);

    /// <summary>Why a datagram is dropped that the kernel did not take.</summary>
    protected abstract DatagramDrop ReasonOf(Errno error);

    /// <summary>Sends all messages by a socket. What it does not take is dropped with a reason.</summary>
    protected void SendBy(int fd)
    {
        int counted = 0;
        while (true)
        {
            SyscallResult result = Sends.Send(fd);
            for (; counted < Sends.Position; counted++)
            {
                CountSent(_sessions[counted], Sends.Datagrams(counted), Sends.Bytes(counted));
            }

            if (!result.IsError) break;

            if (Resolve(fd, result.Error)) counted++;
        }

        Sends.Clear();
    }

    /// <summary>Deals with the message that failed.</summary>
    /// <returns>True where it is done with; false where it is to be tried again.</returns>
    private bool Resolve(int fd, Errno error)
    {
        UdpSession session = _sessions[Sends.Position];
        int datagrams = Sends.Datagrams(Sends.Position);
        if (datagrams > 1 && Errnos.IsOfTrain(error))
        {
            StopTrains(session);
            (int sent, int bytes) = Sends.SendSplit(fd, out Errno last);
            CountSent(session, sent, bytes);
            if (sent < datagrams) session.Home.Datagrams.CountDropped(ReasonOf(last), datagrams - sent);
            return true;
        }

        if (OnFailed(session, error)) return false;

        session.Home.Datagrams.CountDropped(ReasonOf(error), datagrams);
        Sends.Skip();
        return true;
    }

    /// <summary>Adds a message of as many slots as fit into one train.</summary>
    /// <returns>The first slot that is not part of it, or negative.</returns>
    private int AddTrain(UdpSession session, int slot)
    {
        Begin(session);
        DatagramTrain train = default;
        while (slot >= 0 && train.TryAppend(Batch.Bytes(slot), Batch.Datagrams(slot), UnitBytes(slot)))
        {
            Sends.Append(Batch, slot, 0, Batch.Bytes(slot));
            slot = _next[slot];
        }

        Sends.End(train.Datagrams, train.SegmentBytes);
        return slot;
    }

    /// <summary>Adds each datagram of a slot as a message of its own.</summary>
    private int AddSingly(UdpSession session, int slot)
    {
        int unit = UnitBytes(slot);
        int offset = 0;
        for (int left = Batch.Datagrams(slot); left > 0; left--, offset += unit)
        {
            Begin(session);
            Sends.Append(Batch, slot, offset, Math.Min(unit, Batch.Bytes(slot) - offset));
            Sends.End(datagrams: 1, unit);
        }

        return _next[slot];
    }

    private int UnitBytes(int slot) => Batch.SegmentBytes(slot) is > 0 and int segment ? segment : Batch.Bytes(slot);

    private void Begin(UdpSession session)
    {
        if (Sends.IsFull) SendAll();
        Sends.Begin();
        _sessions[Sends.Count - 1] = session;
        Address(session);
    }
}
