using System.Buffers.Binary;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// The first bytes of a request of <c>tcp-connect</c>. The rest of it, and the reply, are <see cref="PatternBytes"/>
/// from places that follow from its number.
/// </summary>
/// <param name="Number">Tells the request from all others of a load.</param>
/// <param name="Bytes">Of the request, with this header.</param>
/// <param name="ReplyBytes">Of the reply.</param>
/// <param name="ServerCloses">The server ends the connection after its reply; otherwise the client does.</param>
internal readonly record struct ConnectRequest(long Number, int Bytes, int ReplyBytes, bool ServerCloses)
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 24;

    private const int Magic = 0x4C34_4343;
    private const int PlaceDistance = 10_007;

    /// <summary>Where the rest of the request begins.</summary>
    public long RequestPlace => Number * PlaceDistance;

    /// <summary>Where the reply begins.</summary>
    public long ReplyPlace => (Number * PlaceDistance) + (PlaceDistance / 2);

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], ReplyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], ServerCloses ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Number);
    }

    /// <summary>Reads the header; false where it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ConnectRequest request)
    {
        request = new ConnectRequest(
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]) == 1);
        return BinaryPrimitives.ReadInt32LittleEndian(source) == Magic
            && request.Bytes >= HeaderBytes && request.ReplyBytes > 0;
    }
}
