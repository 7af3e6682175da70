namespace L4Balancer.Config;

/// <summary>A <c>[service.NAME.udp]</c> table.</summary>
public sealed record UdpConfig
{
    /// <summary>What <see cref="DenySourcePorts"/> is where it is not configured.</summary>
    public static readonly IReadOnlyList<ushort> UsualDenySourcePorts = [0, 7, 13, 17, 19];

    /// <summary>
    /// Replies after which a session ends, for each datagram of its client: 1 for DNS. Default 0: it ends when idle.
    /// </summary>
    public int Responses { get; init; }

    /// <summary>
    /// Nobody replies (syslog): sessions do not wait for it, and a reply is not forwarded. Default false.
    /// </summary>
    public bool OneWay { get; init; }

    /// <summary>
    /// Sessions open at once. Default 0: the service's share of what RLIMIT_NOFILE allows, since a session holds a
    /// descriptor.
    /// </summary>
    public int MaxSessions { get; init; }

    /// <summary>
    /// Source ports of clients whose datagrams are dropped: those of services that answer whatever comes, with which a
    /// balancer could be made to play ping-pong (CVE-2024-2169). Default 0, 7, 13, 17, 19.
    /// </summary>
    public IReadOnlyList<ushort> DenySourcePorts { get; init; } = UsualDenySourcePorts;
}
