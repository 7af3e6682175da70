using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>One address that a service listens on.</summary>
/// <param name="Endpoint">Address and port. Port 0 lets the kernel choose (for tests and the demo).</param>
/// <param name="BothFamilies">The address is :: and IPv4 clients are taken too (<c>"*:80"</c>).</param>
public readonly record struct ListenAddress(IpEndpoint Endpoint, bool BothFamilies = false)
{
    /// <summary>It takes an IPv6 socket, be it for both families.</summary>
    public bool IsV6Socket => BothFamilies || !Endpoint.Address.IsV4;

    /// <summary>As it stands in the configuration.</summary>
    public override string ToString() => BothFamilies ? $"*:{Endpoint.Port}" : Endpoint.ToString();
}

/// <summary>A <c>[service.NAME]</c> table: what clients connect to and how their flows are treated.</summary>
public sealed record ServiceConfig
{
    /// <summary>Unique name; also the metrics' label.</summary>
    public required string Name { get; init; }

    /// <summary>At least one; none overlaps another of the same protocol in the whole configuration.</summary>
    public required IReadOnlyList<ListenAddress> Listen { get; init; }

    /// <summary>The transport. Default tcp.</summary>
    public FlowProtocol Protocol { get; init; } = FlowProtocol.Tcp;

    /// <summary>Where its flows go. Services that name the same <c>[pool.NAME]</c> hold the same object.</summary>
    public required PoolConfig Pool { get; init; }

    /// <summary>Sessions of this service open at once. Default 0: only the process's limit applies.</summary>
    public int MaxConnections { get; init; }

    /// <summary>
    /// Length of each listening socket's accept queue. Default 4096; the kernel caps it at net.core.somaxconn.
    /// </summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Bind addresses that the host does not have (yet), IP_FREEBIND. Default false.</summary>
    public bool Freebind { get; init; }

    /// <summary>When a session is given up.</summary>
    public TimeoutConfig Timeouts { get; init; } = new();

    /// <summary>Distinct backends tried for one session, the first included. Default 3; 1 to 16.</summary>
    public int RetryAttempts { get; init; } = 3;

    /// <summary>What only a UDP service has.</summary>
    public UdpConfig Udp { get; init; } = new();
}

/// <summary>A <c>[service.NAME.timeouts]</c> table.</summary>
public sealed record TimeoutConfig
{
    /// <summary>Time for one connect to a backend. Default 5 s; more than zero.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What <see cref="Idle"/> is for a UDP service where it is not configured.</summary>
    public static readonly TimeSpan UdpIdle = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Time without a byte (UDP: a datagram) in either direction before a session is closed. Default 10 min, for UDP
    /// <see cref="UdpIdle"/>; zero never, which a UDP service cannot have.
    /// </summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Time without a byte once one side has ended its stream and the other has not. Default 30 s; zero never.
    /// </summary>
    public TimeSpan HalfClose { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest life of a session, however busy. Default zero: no bound.</summary>
    public TimeSpan Lifetime { get; init; }
}
