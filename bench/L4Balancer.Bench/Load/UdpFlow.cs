using System.Numerics;
using L4Balancer.Bench.Interop;
using L4Balancer.Interop;

namespace L4Balancer.Bench.Load;

/// <summary>
/// One flow of a closed loop: a connected socket that keeps so many trains under way, and sends the next one for every
/// one that was answered or given up. Train number n has the slot n modulo the trains under way.
/// </summary>
internal sealed class UdpFlow : IDisposable
{
    private readonly UdpLoadOptions _options;
    private readonly LoadDatagram _identity;
    private readonly uint[] _sequences;
    private readonly ulong[] _unanswered; // A bit for each datagram of the train in the slot.
    private readonly long[] _sentAt;
    private LoadCounts _counts;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="IOException">It cannot be opened or connected.</exception>
    public UdpFlow(UdpLoadOptions options, uint run, uint number)
    {
        _options = options;
        _identity = new LoadDatagram(run, number, Sequence: 0, Index: 0, (ushort)options.Train);
        _sequences = new uint[options.Outstanding];
        _unanswered = new ulong[options.Outstanding];
        _sentAt = new long[options.Outstanding];
        for (uint slot = 0; slot < options.Outstanding; slot++) _sequences[slot] = slot;

        Fd = Check(SocketCalls.OpenUdp(!options.Address.Address.IsV4)).Value;
        if (options.Train > 1) Check(SocketOptions.ReceiveTrains(Fd));
        Check(SocketCalls.Connect(Fd, options.Address));
    }

    /// <summary>The socket.</summary>
    public int Fd { get; }

    /// <summary>What became of the flow's datagrams so far.</summary>
    public LoadCounts Counts => _counts;

    /// <summary>Sends the first trains, from buffers of its own batch: slot number n from buffer n.</summary>
    public void Begin(LoadBatch outgoing, long now)
    {
        for (int slot = 0; slot < _options.Outstanding; slot++) StageNext(outgoing, slot, now);
        outgoing.Send(Fd);
    }

    /// <summary>Takes all replies that have come and sends what is due for them.</summary>
    /// <returns>False where nobody listens at the other end any more.</returns>
    public bool Exchange(LoadBatch incoming, LoadBatch outgoing, int batchSize, long now)
    {
        SyscallResult received;
        do
        {
            received = incoming.Receive(Fd);
            for (int i = 0; i < received.Value; i++) TakeAll(incoming, i, outgoing, now);
            outgoing.Send(Fd);
        }
        while (received.Value == batchSize); // Fewer: the socket is drained, and what comes next is an edge.
        return received.Error != Errno.ECONNREFUSED;
    }

    /// <summary>Gives up what was sent before a time and not answered, and sends the next instead.</summary>
    public void ReplaceLost(LoadBatch outgoing, long sentBefore, long now)
    {
        for (int slot = 0; slot < _options.Outstanding; slot++)
        {
            if (_sentAt[slot] >= sentBefore) continue;

            _counts.GivenUp += BitOperations.PopCount(_unanswered[slot]);
            _sequences[slot] += (uint)_options.Outstanding;
            StageNext(outgoing, slot, now);
        }

        outgoing.Send(Fd);
    }

    public void Dispose() => SocketCalls.Close(Fd);

    private static SyscallResult Check(SyscallResult result) =>
        result.IsError ? throw new IOException(Errnos.Text(result.Error)) : result;

    private void TakeAll(LoadBatch incoming, int index, LoadBatch outgoing, long now)
    {
        int segmentBytes = incoming.SegmentBytes(index);
        ReadOnlySpan<byte> rest = incoming.Received(index);
        do
        {
            int bytes = segmentBytes > 0 ? Math.Min(segmentBytes, rest.Length) : rest.Length;
            Take(rest[..bytes], outgoing, now);
            rest = rest[bytes..];
        }
        while (rest.Length > 0);
    }

    private void Take(ReadOnlySpan<byte> bytes, LoadBatch outgoing, long now)
    {
        if (bytes.Length != _options.Bytes || !LoadDatagram.TryRead(bytes, out LoadDatagram datagram)
            || datagram with { Sequence = 0, Index = 0 } != _identity)
        {
            _counts.Wrong++;
            return;
        }

        int slot = (int)(datagram.Sequence % (uint)_options.Outstanding);
        ulong bit = 1UL << datagram.Index;
        if (datagram.Sequence != _sequences[slot])
        {
            if (_counts.Late < _counts.GivenUp) _counts.Late++;
            else _counts.Wrong++;
            return;
        }

        if ((_unanswered[slot] & bit) == 0)
        {
            _counts.Wrong++;
            return;
        }

        _counts.RoundTrips++;
        _unanswered[slot] &= ~bit;
        if (_unanswered[slot] != 0) return;

        _sequences[slot] += (uint)_options.Outstanding;
        StageNext(outgoing, slot, now);
    }

    private void StageNext(LoadBatch outgoing, int slot, long now)
    {
        _unanswered[slot] = ulong.MaxValue >> (64 - _options.Train);
        _sentAt[slot] = now;

        Span<byte> train = outgoing.Buffer(slot);
        LoadDatagram datagram = _identity with { Sequence = _sequences[slot] };
        for (int i = 0; i < _options.Train; i++)
        {
            (datagram with { Index = (ushort)i }).Write(train[(i * _options.Bytes)..]);
        }

        int segmentBytes = _options.Train > 1 ? _options.Bytes : 0;
        outgoing.Stage(slot, _options.Train * _options.Bytes, segmentBytes, toSender: false);
    }
}
