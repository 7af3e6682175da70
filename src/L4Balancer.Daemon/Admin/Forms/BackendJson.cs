using L4Balancer.Backends;
using L4Balancer.Daemon.Logging;

namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>A backend with the state it is in.</summary>
internal sealed record BackendJson(
    string Pool,
    string Name,
    string Address,
    string? Endpoint,
    bool Available,
    bool Removed,
    string Admin,
    string Health,
    bool Ejected,
    string State,
    string Since,
    int Weight,
    int ConfiguredWeight,
    double? Share,
    BackendSessionsJson Sessions,
    long ConnectErrors,
    long Ejections,
    string? EjectedUntil,
    LastProbeJson? LastProbe,
    BackendDrainJson? Drain,
    BackendPlaceJson Place,
    int WeightPercent = 100)
{
    /// <summary>What its agent has said; null where that is nothing.</summary>
    public AgentJson? Agent { get; init; }

    /// <summary>The name or the file that it was found by; null where it is configured itself.</summary>
    public string? Source { get; init; }

    /// <summary>True where a backend is to lose its flows, so that its drain is shown.</summary>
    public static bool IsDraining(BackendStatus backend) => backend.IsRemoved || backend.Admin == AdminState.Drain;

    /// <summary>Writes a status.</summary>
    /// <param name="backend">The status.</param>
    /// <param name="oldest">The age of its oldest flow; null where it has none, or does not drain.</param>
    public static BackendJson Of(BackendStatus backend, TimeSpan? oldest) => new(
        backend.Pool,
        backend.Name,
        backend.Address,
        backend.Endpoint?.ToString(),
        backend.IsAvailable,
        backend.IsRemoved,
        Written.Word(backend.Admin),
        Written.Word(backend.Health),
        backend.IsEjected,
        backend.State,
        LogLines.Time(backend.Since),
        backend.Weight,
        backend.ConfiguredWeight,
        backend.Share is { } share ? Written.Share(share) : null,
        new BackendSessionsJson(backend.ActiveConnections, backend.TotalConnections, backend.MaxConnections),
        backend.ConnectErrors,
        backend.Ejections,
        Time(backend.EjectedUntil),
        backend.LastProbe is { } probe
            ? new LastProbeJson(LogLines.Time(probe.At), probe.IsGood, probe.Text, Time(probe.CertificateExpiry))
            : null,
        IsDraining(backend) ? DrainOf(backend, oldest) : null,
        BackendPlaceJson.Of(backend.Place),
        backend.WeightFactor)
    {
        Agent = AgentJson.Of(backend.Agent),
        Source = backend.Source,
    };

    private static BackendDrainJson DrainOf(BackendStatus backend, TimeSpan? oldest) => new(
        backend.ActiveConnections, oldest is { } age ? Written.Seconds(age) : null, Time(backend.DrainDeadline));

    private static string? Time(DateTimeOffset? time) => time is { } known ? LogLines.Time(known) : null;
}

/// <summary>Sessions of a backend; 0 is no limit.</summary>
internal sealed record BackendSessionsJson(int Open, long Total, int Limit = 0);

/// <summary>A backend's last probe.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Ok">It succeeded.</param>
/// <param name="Result">For people.</param>
/// <param name="CertificateExpires">When the certificate expires that it saw; null where it saw none.</param>
internal sealed record LastProbeJson(string At, bool Ok, string Result, string? CertificateExpires = null);

/// <summary>How far a backend's drain has come.</summary>
internal sealed record BackendDrainJson(int Remaining, double? OldestSeconds, string? Deadline);
