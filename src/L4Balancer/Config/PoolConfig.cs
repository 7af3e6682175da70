using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>How a backend is chosen for a flow.</summary>
public enum BalancePolicy
{
    /// <summary>Consistent-hash ring. The default.</summary>
    Ring,
}

/// <summary>
/// A set of backends with a policy: a <c>[pool.NAME]</c> table, or what a service defines for itself.
/// </summary>
public sealed record PoolConfig
{
    /// <summary>The <c>[pool.NAME]</c>, or the service's name where it lists its own backends.</summary>
    public required string Name { get; init; }

    /// <summary>Most backends of a pool: selectors number them in 16 bits.</summary>
    public const int MaxBackends = 65_536;

    /// <summary>1 to <see cref="MaxBackends"/>; names are unique in the pool. The order has no meaning.</summary>
    public required IReadOnlyList<BackendConfig> Backends { get; init; }

    /// <summary>The policy. Default ring.</summary>
    public BalancePolicy Balance { get; init; } = BalancePolicy.Ring;

    /// <summary>What of a flow the policy hashes. Default the 5-tuple.</summary>
    public HashOn HashOn { get; init; } = HashOn.FiveTuple;

    /// <summary>Active probes.</summary>
    public HealthConfig Health { get; init; } = new();

    /// <summary>Passive ejection.</summary>
    public EjectionConfig Ejection { get; init; } = new();

    /// <summary>
    /// How long the flows of a drained or removed backend may go on (<c>drain.timeout</c>). Default zero: for ever.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; }
}

/// <summary>One server of a pool.</summary>
public sealed record BackendConfig
{
    /// <summary>
    /// Unique in its pool, also the metrics' label and what the ring hashes. Default: <c>host:port</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>A literal address or a host name.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public required ushort Port { get; init; }

    /// <summary>Share of new flows relative to the others. Default 1; 0 to 256, and 0 takes none.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Most sessions at once. Default 0: as many as come.</summary>
    public int MaxConnections { get; init; }
}

/// <summary>What an active probe does.</summary>
public enum ProbeType
{
    /// <summary>A TCP connect. The default.</summary>
    Tcp,

    /// <summary>A datagram, and what comes back.</summary>
    Udp,

    /// <summary>No probe: a backend counts as up.</summary>
    None,
}

/// <summary>A <c>[….health]</c> table.</summary>
public sealed record HealthConfig
{
    /// <summary>Kind of probe. Default tcp; none for a pool that only UDP services use.</summary>
    public ProbeType Type { get; init; } = ProbeType.Tcp;

    /// <summary>Time from one probe's start to the next. Default 2 s; at least 10 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for one probe. Default 2 s; more than zero.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Good probes in a row that bring a backend up. Default 2; 1 to 1000. The first probe decides alone.
    /// </summary>
    public int Rise { get; init; } = 2;

    /// <summary>Failed probes in a row that take a backend down. Default 3; 1 to 1000.</summary>
    public int Fall { get; init; } = 3;

    /// <summary>Random part of the interval, to either side. Default 0.1; 0 to 1.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>Port to probe instead of the backend's own. Default 0: the backend's own.</summary>
    public ushort Port { get; init; }

    /// <summary>Payload of a <see cref="ProbeType.Udp"/> probe. Default empty; at most 1,400 bytes.</summary>
    public ReadOnlyMemory<byte> Send { get; init; }

    /// <summary>
    /// Bytes that the answer to a <see cref="ProbeType.Udp"/> probe must contain. Default empty: any answer is good.
    /// </summary>
    public ReadOnlyMemory<byte> Expect { get; init; }

    /// <summary>
    /// Whether a <see cref="ProbeType.Udp"/> probe must be answered. False: only ICMP "port unreachable" is a failure.
    /// Default true.
    /// </summary>
    public bool Reply { get; init; } = true;
}

/// <summary>A <c>[….ejection]</c> table: failed connects of real flows take a backend out for a while.</summary>
public sealed record EjectionConfig
{
    /// <summary>Failures in a row that eject. Default 5; 0 turns ejection off.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>First ejection's length; the n-th in a row lasts n times as long. Default 30 s.</summary>
    public TimeSpan Base { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest ejection. Default 300 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// Largest share of the pool that may be ejected at once. Default 0.5; 0 to 1. One may always be, but never the
    /// last
    /// available backend.
    /// </summary>
    public double MaxEjected { get; init; } = 0.5;
}
