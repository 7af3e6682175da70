using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using L4Balancer.Net;

namespace L4Balancer.Interop;

/// <summary>
/// A <c>sockaddr_in</c> or <c>sockaddr_in6</c> (ip(7), ipv6(7)): family in host order, then port, flow info, address
/// and scope, port and address in network order.
/// </summary>
[InlineArray(MaxBytes)]
internal struct SockAddr
{
    /// <summary>Bytes of the larger of the two.</summary>
    public const int MaxBytes = 28;

    private const int V4Bytes = 16;

    private byte _first;

    /// <summary>Writes an endpoint; an IPv4 address as IPv4-mapped where the socket is an IPv6 one.</summary>
    /// <returns>Bytes used.</returns>
    public static int Write(out SockAddr address, in IpEndpoint endpoint, bool asV6)
    {
        address = default;
        Span<byte> bytes = address;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], endpoint.Port);
        if (endpoint.Address.IsV4 && !asV6)
        {
            MemoryMarshal.Write(bytes, (ushort)SocketCalls.FamilyV4);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], endpoint.Address.V4);
            return V4Bytes;
        }

        MemoryMarshal.Write(bytes, (ushort)SocketCalls.FamilyV6);
        endpoint.Address.WriteBytes(bytes[8..]);
        MemoryMarshal.Write(bytes[24..], endpoint.ScopeId);
        return MaxBytes;
    }

    /// <summary>Reads what the kernel wrote.</summary>
    public static IpEndpoint Read(ref SockAddr address)
    {
        ReadOnlySpan<byte> bytes = address;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return MemoryMarshal.Read<ushort>(bytes) == SocketCalls.FamilyV4
            ? new IpEndpoint(IpAddress.FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])), port)
            : new IpEndpoint(IpAddress.FromBytes(bytes[8..24]), port, MemoryMarshal.Read<uint>(bytes[24..]));
    }
}
