namespace L4Balancer.Udp;

/// <summary>
/// Decides which datagrams of one flow that follow each other can leave as one train (UDP_SEGMENT): all of one size, of
/// which the last may be shorter. Order is kept, so the first that does not fit begins the next train.
/// </summary>
internal struct DatagramTrain
{
    /// <summary>UDP_MAX_SEGMENTS before Linux 6.9; later ones take more.</summary>
    private const int MaxSegments = 64;

    /// <summary>Largest packet, less the headers of IPv6 and UDP.</summary>
    private const int MaxBytes = 65_535 - 40 - 8;

    private int _bytes;
    private bool _ended;

    /// <summary>Datagrams of the train.</summary>
    public int Datagrams { get; private set; }

    /// <summary>Size of all but the last.</summary>
    public int SegmentBytes { get; private set; }

    /// <summary>Takes the datagrams of a slot into the train. The first always fit.</summary>
    /// <param name="bytes">Bytes of all of them.</param>
    /// <param name="datagrams">How many.</param>
    /// <param name="segmentBytes">Size of all but the last; of one datagram its own.</param>
    /// <returns>False where they do not fit.</returns>
    public bool TryAppend(int bytes, int datagrams, int segmentBytes)
    {
        if (Datagrams == 0) SegmentBytes = segmentBytes;
        else if (!Fits(bytes, datagrams, segmentBytes)) return false;

        _bytes += bytes;
        Datagrams += datagrams;
        _ended = bytes < SegmentBytes * datagrams;
        return true;
    }

    private readonly bool Fits(int bytes, int datagrams, int segmentBytes) =>
        !_ended
        && bytes > 0 // An empty one would vanish in the cutting.
        && (segmentBytes == SegmentBytes || (datagrams == 1 && bytes < SegmentBytes))
        && Datagrams + datagrams <= MaxSegments
        && _bytes + bytes <= MaxBytes;
}
