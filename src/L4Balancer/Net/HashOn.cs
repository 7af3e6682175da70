namespace L4Balancer.Net;

/// <summary>What of a flow decides its backend.</summary>
public readonly record struct HashOn
{
    /// <summary>Bits of an IPv4 address.</summary>
    public const int MostV4Bits = 32;

    /// <summary>Bits of an IPv6 address.</summary>
    public const int MostV6Bits = 128;

    /// <summary>Of IPv6 what one customer has, where nothing is said of it beside a prefix of IPv4.</summary>
    public const int UsualV6Bits = 64;

    private HashOn(int v4Bits, int v6Bits)
    {
        V4Bits = v4Bits;
        V6Bits = v6Bits;
    }

    /// <summary>
    /// Client address and port, local address and port, protocol: each connection is placed on its own.
    /// </summary>
    public static HashOn FiveTuple => default;

    /// <summary>The client's address alone: all flows of a client go to one backend.</summary>
    public static HashOn Source => SourcePrefix(MostV4Bits, MostV6Bits);

    /// <summary>The flow as a whole, and not its source alone.</summary>
    public bool IsFiveTuple => V4Bits == 0;

    /// <summary>Bits of the source where it is IPv4; 0 for the 5-tuple.</summary>
    public int V4Bits { get; }

    /// <summary>Bits of the source where it is IPv6; 0 for the 5-tuple.</summary>
    public int V6Bits { get; }

    /// <summary>The first bits of the client's address: all flows of a network go to one backend.</summary>
    /// <param name="v4Bits">1 to 32.</param>
    /// <param name="v6Bits">1 to 128.</param>
    public static HashOn SourcePrefix(int v4Bits, int v6Bits) => new(v4Bits, v6Bits);

    /// <summary>What of a client's address counts; the rest is 0.</summary>
    public IpAddress PrefixOf(IpAddress client) => IpPrefix.Of(client, V4Bits, V6Bits).Address;
}
