namespace L4Balancer.Config;

/// <summary>One server of a pool, or a name by which servers are found.</summary>
public sealed record BackendConfig
{
    /// <summary>What stands before the name of SRV records, where otherwise an address stands.</summary>
    public const string SrvPrefix = "srv+";

    /// <summary>
    /// Unique in its pool, also the metrics' label and what the ring hashes. Default: <c>host:port</c>, of SRV records
    /// their name.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>A literal address, a host name, or the name of SRV records.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535; 0 where SRV records say it.</summary>
    public required ushort Port { get; init; }

    /// <summary>Share of new flows relative to the others. Default 1; 0 to 256, and 0 takes none.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Most sessions at once. Default 0: as many as come.</summary>
    public int MaxConnections { get; init; }

    /// <summary>The last priority.</summary>
    public const int MostPriority = 9;

    /// <summary>The <see cref="Tier"/> of backups.</summary>
    public const int BackupTier = MostPriority + 1;

    /// <summary>It takes flows where no other does. Default false; only with priority 0.</summary>
    public bool Backup { get; init; }

    /// <summary>Backends of the lowest take the flows while one of them can. Default 0; 0 to 9.</summary>
    public int Priority { get; init; }

    /// <summary>Where it is, by a name. Default empty: nowhere in particular.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The order in which backends are used: priorities, then backups.</summary>
    internal int Tier => Backup ? BackupTier : Priority;

    /// <summary>It stands for what SRV records say.</summary>
    internal bool IsSrv => Port == 0;

    /// <summary>What it was found by, as the configuration writes that; null where it is configured itself.</summary>
    internal string? Source { get; init; }

    /// <summary>The host whose address <see cref="Host"/> is, where that was found by its name.</summary>
    internal string? HostName { get; init; }

    /// <summary>
    /// With <see cref="Host"/> and <see cref="Port"/> what makes it the same backend as another of its pool. The name,
    /// but for what is found by a name: that is the same also where it is called otherwise now.
    /// </summary>
    internal string Key
    {
        get => field ?? Name;
        init;
    }
}
