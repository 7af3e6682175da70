namespace L4Balancer.Daemon.Client;

/// <summary><c>GET /status.json</c>.</summary>
internal sealed record StatusJson
{
    /// <summary>The version with the commit it was built from.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its process.</summary>
    public int Pid { get; init; }

    /// <summary>Seconds since it was started.</summary>
    public double UptimeSeconds { get; init; }

    /// <summary>starting, serving, notice or draining.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Clients should be sent here.</summary>
    public bool Ready { get; init; }

    /// <summary>Why not.</summary>
    public string? NotReadyBecause { get; init; }

    /// <summary>Sessions.</summary>
    public UseJson Connections { get; init; } = new(0, 0);

    /// <summary>File descriptors.</summary>
    public UseJson Descriptors { get; init; } = new(0, 0);

    /// <summary>Threads of the data path.</summary>
    public int Shards { get; init; }

    /// <summary>Where the configuration is from.</summary>
    public ConfigJson Config { get; init; } = new();

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ServiceJson> Services { get; init; } = [];

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<BackendJson> Backends { get; init; } = [];
}

/// <summary>How much of something is used.</summary>
internal sealed record UseJson(long Open, long Limit);

/// <summary>The configuration in force.</summary>
internal sealed record ConfigJson
{
    /// <summary>Its file; null where there is none.</summary>
    public string? File { get; init; }

    /// <summary>When it came into force.</summary>
    public DateTimeOffset? Loaded { get; init; }

    /// <summary>How many.</summary>
    public ReloadsJson Reloads { get; init; } = new(0, 0);

    /// <summary>The last one; null before the first.</summary>
    public LastReloadJson? LastReload { get; init; }
}

/// <summary>Reloads so far.</summary>
internal sealed record ReloadsJson(long Succeeded, long Failed);

/// <summary>What the last reload came to.</summary>
internal sealed record LastReloadJson(DateTimeOffset At, bool Ok, string? Error);

/// <summary>A service.</summary>
internal sealed record ServiceJson
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>tcp or udp.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>serving or removed.</summary>
    public string State { get; init; } = "";

    /// <summary>Addresses with ports.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>Sessions.</summary>
    public ServiceSessionsJson Sessions { get; init; } = new(0, 0, 0, 0);

    /// <summary>Bytes moved.</summary>
    public ServiceBytesJson Bytes { get; init; } = new(0, 0);

    /// <summary>Sessions that ended for a reason that is an error.</summary>
    public long Errors { get; init; }

    /// <summary>Flows that went to a further backend after one had failed.</summary>
    public long Retries { get; init; }
}

/// <summary>Sessions of a service.</summary>
internal sealed record ServiceSessionsJson(long Open, long Peak, long Limit, long Total);

/// <summary>Bytes of a service, as its clients see them.</summary>
internal sealed record ServiceBytesJson(long FromClients, long ToClients);

/// <summary>A backend.</summary>
internal sealed record BackendJson
{
    /// <summary>The name of its pool.</summary>
    public string Pool { get; init; } = "";

    /// <summary>Its own.</summary>
    public string Name { get; init; } = "";

    /// <summary>New flows may go there.</summary>
    public bool Available { get; init; }

    /// <summary>ready, drain or maint.</summary>
    public string Admin { get; init; } = "";

    /// <summary>up, down or unknown.</summary>
    public string Health { get; init; } = "";

    /// <summary>Both as one word.</summary>
    public string State { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Share of new flows relative to the others.</summary>
    public int Weight { get; init; }

    /// <summary>What the file says.</summary>
    public int ConfiguredWeight { get; init; }

    /// <summary>Share of the hash space, 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>Sessions.</summary>
    public BackendSessionsJson Sessions { get; init; } = new(0, 0);

    /// <summary>Connects that failed.</summary>
    public long ConnectErrors { get; init; }

    /// <summary>How often it was ejected.</summary>
    public long Ejections { get; init; }

    /// <summary>Until when it is ejected.</summary>
    public DateTimeOffset? EjectedUntil { get; init; }

    /// <summary>The last probe.</summary>
    public ProbeJson? LastProbe { get; init; }

    /// <summary>How far its drain has come; null where it does not drain.</summary>
    public DrainJson? Drain { get; init; }

    /// <summary>Pool and name, as commands take it.</summary>
    public string FullName => $"{Pool}/{Name}";
}

/// <summary>Sessions of a backend.</summary>
internal sealed record BackendSessionsJson(long Open, long Total);

/// <summary>A probe.</summary>
internal sealed record ProbeJson(DateTimeOffset At, bool Ok, string Result);

/// <summary>A drain under way.</summary>
internal sealed record DrainJson(long Remaining, double? OldestSeconds, DateTimeOffset? Deadline);
