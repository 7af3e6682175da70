using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using L4Balancer.Net;

namespace L4Balancer.Interop;

/// <summary>
/// What the kernel says of a message beside its bytes, and is told (cmsg(3), ip(7), ipv6(7), udp(7), unix(7)): of a
/// datagram the local address and the size of the segments of a train, of a unix socket's the descriptors with it.
/// </summary>
internal static unsafe class ControlMessages
{
    /// <summary>Room for a local address of either family and a segment size.</summary>
    public const int MaxBytes = 96;

    /// <summary>Bytes that <see cref="WriteSegmentBytes"/> writes.</summary>
    public const int SegmentBytesLength = HeaderBytes + Alignment;

    private const int HeaderBytes = 16; // struct cmsghdr: length as size_t, level, type.
    private const int Alignment = 8;

    private const int SocketLevel = 1;
    private const int SocketRights = 1; // SCM_RIGHTS: descriptors, an int each.
    private const int IpLevel = 0;
    private const int IpPacketInfo = 8; // struct in_pktinfo: interface, local address for the reply, destination.
    private const int Ipv6Level = 41;
    private const int Ipv6PacketInfo = 50; // struct in6_pktinfo: destination, interface.
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;

    /// <summary>Reads what came with a datagram.</summary>
    /// <param name="control">The first message.</param>
    /// <param name="length">Bytes of all.</param>
    /// <param name="local">The local address, where the socket asks for it; otherwise unchanged.</param>
    /// <param name="segmentBytes">Size of a train's segments; otherwise unchanged.</param>
    public static void Read(byte* control, nuint length, ref IpAddress local, ref int segmentBytes)
    {
        for (nuint at = 0; at + HeaderBytes <= length;)
        {
            nuint messageLength = *(nuint*)(control + at);
            if (messageLength < HeaderBytes) return;

            byte* data = control + at + HeaderBytes;
            (int Level, int Type) kind = (*(int*)(control + at + 8), *(int*)(control + at + 12));
            if (kind == (UdpLevel, UdpGro)) segmentBytes = *(int*)data;
            else if (kind == (IpLevel, IpPacketInfo)) local = IpAddress.FromV4(ReadV4(data + sizeof(int)));
            else if (kind == (Ipv6Level, Ipv6PacketInfo)) local = IpAddress.FromBytes(new ReadOnlySpan<byte>(data, 16));

            at += Aligned(messageLength);
        }
    }

    /// <summary>Writes the local address that a datagram is to leave from.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteLocal(byte* control, IpAddress local, bool v6)
    {
        // The interface stays 0: which one it is, is the routing's matter.
        Span<byte> data = Begin(control, v6 ? Ipv6Level : IpLevel, v6 ? Ipv6PacketInfo : IpPacketInfo, v6 ? 20 : 12);
        data.Clear();
        if (v6) local.WriteBytes(data);
        else BinaryPrimitives.WriteUInt32BigEndian(data[sizeof(int)..], local.V4);
        return HeaderBytes + (int)Aligned((nuint)data.Length);
    }

    /// <summary>Writes the size of the segments that a train is to be cut into.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteSegmentBytes(byte* control, int segmentBytes)
    {
        MemoryMarshal.Write(Begin(control, UdpLevel, UdpSegment, sizeof(ushort)), (ushort)segmentBytes);
        return SegmentBytesLength;
    }

    /// <summary>Bytes that <see cref="WriteDescriptors"/> writes for as many.</summary>
    public static int DescriptorBytes(int count) => HeaderBytes + (int)Aligned((nuint)(count * sizeof(int)));

    /// <summary>Writes the descriptors that are to go with a message.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteDescriptors(byte* control, ReadOnlySpan<int> descriptors)
    {
        Span<byte> data = Begin(control, SocketLevel, SocketRights, descriptors.Length * sizeof(int));
        MemoryMarshal.AsBytes(descriptors).CopyTo(data);
        return DescriptorBytes(descriptors.Length);
    }

    /// <summary>Reads the descriptors that came with a message. They are open in this process now.</summary>
    /// <param name="control">The first control message.</param>
    /// <param name="length">Bytes of all.</param>
    /// <param name="descriptors">Where they are added.</param>
    public static void ReadDescriptors(byte* control, nuint length, List<int> descriptors)
    {
        for (nuint at = 0; at + HeaderBytes <= length;)
        {
            nuint messageLength = *(nuint*)(control + at);
            if (messageLength < HeaderBytes || messageLength > length - at) return;

            (int Level, int Type) kind = (*(int*)(control + at + 8), *(int*)(control + at + 12));
            int dataBytes = (int)messageLength - HeaderBytes;
            if (kind == (SocketLevel, SocketRights))
            {
                ReadOnlySpan<byte> data = new(control + at + HeaderBytes, dataBytes);
                descriptors.AddRange(MemoryMarshal.Cast<byte, int>(data));
            }

            at += Aligned(messageLength);
        }
    }

    private static Span<byte> Begin(byte* control, int level, int type, int dataBytes)
    {
        *(nuint*)control = (nuint)(HeaderBytes + dataBytes);
        *(int*)(control + 8) = level;
        *(int*)(control + 12) = type;
        return new Span<byte>(control + HeaderBytes, dataBytes);
    }

    private static uint ReadV4(byte* data) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(data));

    private static nuint Aligned(nuint length) => (length + Alignment - 1) & ~(nuint)(Alignment - 1);
}
