namespace L4Balancer.Bench.Load;

/// <summary>
/// A train of one flow whose datagrams came one by one, because something on their way took the train apart. Holds them
/// until all are there.
/// </summary>
internal sealed class GatheredTrain
{
    private byte[] _bytes = [];
    private LoadDatagram _first;
    private int _segmentBytes;
    private ulong _missing;

    private int Bytes => _first.Train * _segmentBytes;

    /// <summary>
    /// Takes a datagram. Whatever is held of an earlier train is dropped: its other datagrams were lost.
    /// </summary>
    /// <returns>True where the train is complete.</returns>
    public bool Add(in LoadDatagram datagram, ReadOnlySpan<byte> bytes)
    {
        LoadDatagram first = datagram with { Index = 0 };
        if (first != _first || bytes.Length != _segmentBytes)
        {
            _first = first;
            _segmentBytes = bytes.Length;
            _missing = ulong.MaxValue >> (64 - datagram.Train);
            if (_bytes.Length < Bytes) _bytes = new byte[Bytes];
        }

        bytes.CopyTo(_bytes.AsSpan(datagram.Index * _segmentBytes));
        ulong before = _missing;
        _missing &= ~(1UL << datagram.Index);
        return _missing == 0 && before != 0;
    }

    /// <summary>Copies the complete train; returns its bytes.</summary>
    public int CopyTo(Span<byte> target)
    {
        _bytes.AsSpan(0, Bytes).CopyTo(target);
        return Bytes;
    }
}
