using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Net;

/// <summary>
/// An IPv4 or IPv6 address as two words in host order. IPv4 is held in its IPv4-mapped form (::ffff:a.b.c.d,
/// RFC 4291 section 2.5.5.2), so that a client of a dual-stack listener has the same value as one of an IPv4 listener.
/// </summary>
public readonly record struct IpAddress(ulong High, ulong Low)
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    /// <summary>True for an IPv4 address, also one that arrived on an IPv6 socket.</summary>
    public bool IsV4 => High == 0 && (Low & ~0xFFFF_FFFFUL) == MappedPrefix;

    /// <summary>True for 0.0.0.0 and for ::.</summary>
    public bool IsAny => (High == 0 && Low == 0) || (High == 0 && Low == MappedPrefix);

    /// <summary>The IPv4 address in host order. Meaningful only where <see cref="IsV4"/> holds.</summary>
    public uint V4 => (uint)Low;

    /// <summary>Makes an IPv4 address from its 32 bits in host order: 127.0.0.1 is 0x7F000001.</summary>
    public static IpAddress FromV4(uint hostOrder) => new(0, MappedPrefix | hostOrder);

    /// <summary>Reads 16 bytes in network order.</summary>
    public static IpAddress FromBytes(ReadOnlySpan<byte> networkOrder) => new(
        BinaryPrimitives.ReadUInt64BigEndian(networkOrder),
        BinaryPrimitives.ReadUInt64BigEndian(networkOrder[8..]));

    /// <summary>Writes 16 bytes in network order; IPv4 in its mapped form.</summary>
    public void WriteBytes(Span<byte> networkOrder)
    {
        BinaryPrimitives.WriteUInt64BigEndian(networkOrder, High);
        BinaryPrimitives.WriteUInt64BigEndian(networkOrder[8..], Low);
    }

    /// <summary>Takes over an address of the framework; the scope is not part of the value.</summary>
    public static IpAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : FromBytes(bytes);
    }

    /// <summary>The framework's form, an IPv4 address as IPv4. Allocates; not for the data path.</summary>
    public IPAddress ToIPAddress(uint scopeId = 0)
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteBytes(bytes);
        return IsV4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes, scopeId);
    }

    /// <summary>The usual text, without brackets.</summary>
    public override string ToString() => ToIPAddress().ToString();
}
