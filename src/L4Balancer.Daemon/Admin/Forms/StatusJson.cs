namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>Everything about the process.</summary>
internal sealed record StatusJson(
    string Version,
    int Pid,
    string Started,
    double UptimeSeconds,
    string Phase,
    bool Ready,
    string? NotReadyBecause,
    UsageJson Connections,
    UsageJson Descriptors,
    int Shards,
    LoadedConfigJson Config,
    IReadOnlyList<ServiceJson> Services,
    IReadOnlyList<BackendJson> Backends,
    IReadOnlyList<PoolJson> Pools,
    IReadOnlyList<ZoneJson> Zones)
{
    /// <summary>The names and files that backends are found by.</summary>
    public IReadOnlyList<SourceJson> Sources { get; init; } = [];
}

/// <summary>Something that backends are found by, with how that goes.</summary>
internal sealed record SourceJson(string Pool, string Source, string? LastSuccess, string? Error);

/// <summary>How much of something is used.</summary>
internal sealed record UsageJson(long Open, long Limit);

/// <summary>The configuration in force.</summary>
internal sealed record LoadedConfigJson(
    string? File, string Loaded, ReloadCountsJson Reloads, LastReloadJson? LastReload);

/// <summary>How often it was reloaded.</summary>
internal sealed record ReloadCountsJson(long Succeeded, long Failed);

/// <summary>What the last reload came to.</summary>
internal sealed record LastReloadJson(
    string At, bool Ok, string? Error, IReadOnlyList<string> Changes, IReadOnlyList<string> Warnings);
