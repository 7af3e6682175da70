namespace L4Balancer;

/// <summary>A pool as the outside sees it.</summary>
public sealed record PoolStatus
{
    /// <summary>The pool's name.</summary>
    public required string Name { get; init; }

    /// <summary>Backends that are configured.</summary>
    public required int Backends { get; init; }

    /// <summary>Backends that are available.</summary>
    public required int Available { get; init; }

    /// <summary>The tier whose backends take the flows: their priority, 10 for backups; null where none does.</summary>
    public required int? Tier { get; init; }

    /// <summary>
    /// Why backends are used whatever probes say: <c>too_few</c> or <c>none_left</c>; null where they are not.
    /// </summary>
    public required string? Panic { get; init; }

    /// <summary>Share of the new flows that leaves the own zone because it is short, 0 to 1.</summary>
    public required double Spilled { get; init; }
}

/// <summary>Where a backend stands in its pool.</summary>
/// <param name="Tier">Its priority, 10 for a backup.</param>
/// <param name="Zone">Its zone; empty for none.</param>
/// <param name="IsForced">It is used whatever probes say.</param>
public sealed record BackendPlace(int Tier, string Zone, bool IsForced)
{
    /// <summary>The tier of backups.</summary>
    public const int BackupTier = Config.BackendConfig.BackupTier;
}
