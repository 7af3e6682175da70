using System.Buffers.Binary;

namespace L4Balancer.Bench.Load;

/// <summary>
/// The first bytes of every datagram of a load: whose it is and which. A datagram that is not of a train is one of a
/// train of 1.
/// </summary>
/// <param name="Run">Tells this load from others before and beside it.</param>
/// <param name="Flow">Number of the flow.</param>
/// <param name="Sequence">Number of the train in the flow.</param>
/// <param name="Index">Place of the datagram in its train.</param>
/// <param name="Train">Datagrams of the train.</param>
internal readonly record struct LoadDatagram(uint Run, uint Flow, uint Sequence, ushort Index, ushort Train)
{
    /// <summary>Bytes that it takes.</summary>
    public const int HeaderBytes = 20;

    /// <summary>The most datagrams that the kernel takes as one train (UDP_MAX_SEGMENTS).</summary>
    public const int MostOfTrain = 64;

    private const uint Magic = 0x4C34_4C64;

    /// <summary>Reads it; false where it is not there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out LoadDatagram datagram)
    {
        datagram = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;

        datagram = new LoadDatagram(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]));
        return datagram.Train is > 0 and <= MostOfTrain && datagram.Index < datagram.Train;
    }

    /// <summary>Writes it to the start of a datagram.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Run);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Flow);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], Sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], Index);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[18..], Train);
    }
}
