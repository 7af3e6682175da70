namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>A pool: which of its backends take the flows, and why.</summary>
internal sealed record PoolJson(
    string Name, int Backends, int Available, int? Priority, bool OnBackups, string? Panic, double Spilled)
{
    /// <summary>Writes a status.</summary>
    public static PoolJson Of(PoolStatus pool) => new(
        pool.Name, pool.Backends, pool.Available, pool.Tier is BackendPlace.BackupTier ? null : pool.Tier,
        pool.Tier is BackendPlace.BackupTier, pool.Panic, Written.Share(pool.Spilled));
}

/// <summary>Where a backend stands in its pool.</summary>
internal sealed record BackendPlaceJson(int Priority, bool Backup, string? Zone, bool Forced)
{
    /// <summary>Writes a place.</summary>
    public static BackendPlaceJson Of(BackendPlace place)
    {
        bool isBackup = place.Tier == BackendPlace.BackupTier;
        return new(isBackup ? 0 : place.Tier, isBackup, place.Zone.Length > 0 ? place.Zone : null, place.IsForced);
    }
}
