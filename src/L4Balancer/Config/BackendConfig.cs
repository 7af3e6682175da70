namespace L4Balancer.Config;

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
