namespace L4Balancer.Config;

/// <summary>The <c>[global]</c> table.</summary>
public sealed record GlobalConfig
{
    /// <summary>Threads of the data path. Default 0: one per core that the process may use. At most 256.</summary>
    public int Shards { get; init; }

    /// <summary>
    /// Sessions open at once over all services. Default 0: derived from RLIMIT_NOFILE, since a session holds two
    /// descriptors.
    /// </summary>
    public int MaxConnections { get; init; }

    /// <summary>How long flows may go on after SIGTERM. Default 30 s; zero closes them at once.</summary>
    public TimeSpan ShutdownDrain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a drain keeps serving once <c>/ready</c> says no, so that whoever sends clients here can look elsewhere
    /// first. Default zero.
    /// </summary>
    public TimeSpan DrainNotice { get; init; }

    /// <summary>
    /// Seed of the flow hash and of the ring. Default 0. The same on every node of a fleet that must pick alike.
    /// </summary>
    public ulong HashSeed { get; init; }

    /// <summary>Probes under way at once in the whole process. Default 256; 1 to 65,536.</summary>
    public int MaxProbes { get; init; } = 256;

    /// <summary>The zone that this balancer is in. Default empty: none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Whether probes may run programs (<see cref="ProbeType.Exec"/>). Default false.</summary>
    public bool AllowExec { get; init; }
}
