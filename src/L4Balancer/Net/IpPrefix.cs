using System.Globalization;
using System.Net;

namespace L4Balancer.Net;

/// <summary>
/// A set of addresses that share their first bits, in CIDR notation (RFC 4632): <c>10.0.0.0/8</c>,
/// <c>2001:db8::/32</c>.
/// </summary>
/// <param name="Address">The first address; the bits behind the prefix are 0.</param>
/// <param name="Bits">Bits that are shared, of the 128 of the mapped form: 96 more than is written for IPv4.</param>
public readonly record struct IpPrefix(IpAddress Address, int Bits)
{
    private const int AllBits = 128;
    private const int BitsBeforeV4 = 96;

    /// <summary>The prefix of an address of the length that its family is given.</summary>
    /// <param name="address">An address within the prefix.</param>
    /// <param name="v4Bits">0 to 32, for an IPv4 address.</param>
    /// <param name="v6Bits">0 to 128, for an IPv6 address.</param>
    public static IpPrefix Of(IpAddress address, int v4Bits, int v6Bits)
    {
        int bits = address.IsV4 ? v4Bits + BitsBeforeV4 : v6Bits;
        return new IpPrefix(Masked(address, bits), bits);
    }

    /// <summary>
    /// Reads an address, which stands for itself alone, or a prefix. Bits behind the prefix are ignored.
    /// </summary>
    public static bool TryParse(string text, out IpPrefix prefix)
    {
        prefix = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string address = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(address, out IPAddress? parsed)) return false;

        IpAddress first = IpAddress.From(parsed);
        int most = first.IsV4 ? AllBits - BitsBeforeV4 : AllBits;
        int bits = most;
        if (slash >= 0 && !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits))
        {
            return false;
        }

        if (bits > most) return false;

        prefix = Of(first, bits, bits);
        return true;
    }

    /// <summary>True where the address begins with the prefix's bits.</summary>
    public bool Contains(IpAddress address) => Masked(address, Bits) == Address;

    /// <summary>As it is written; an address alone without a length.</summary>
    public override string ToString()
    {
        if (Bits == AllBits) return Address.ToString();

        int length = Address.IsV4 && Bits >= BitsBeforeV4 ? Bits - BitsBeforeV4 : Bits;
        return string.Create(CultureInfo.InvariantCulture, $"{Address}/{length}");
    }

    private static IpAddress Masked(IpAddress address, int bits) =>
        new(address.High & Mask(bits), address.Low & Mask(bits - 64));

    private static ulong Mask(int bits) =>
        bits <= 0 ? 0 : bits >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - bits);
}
