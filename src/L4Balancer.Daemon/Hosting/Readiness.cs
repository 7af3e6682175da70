using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Where the process is in its life.
/// <code>
/// Starting ──listeners open, first probes done──▶ Serving ──drain or signal──▶ Notice ──time──▶ Draining
/// </code>
/// </summary>
internal enum ProcessPhase
{
    /// <summary>Listeners are being opened, backends probed for the first time.</summary>
    Starting,

    /// <summary>Connections are taken.</summary>
    Serving,

    /// <summary>Connections are taken, but whoever sends clients here is told to look elsewhere.</summary>
    Notice,

    /// <summary>No new connections are taken; those that are open may go on for a while.</summary>
    Draining,
}

/// <summary>
/// Whether clients should be sent here. Written by <see cref="BalancerWorker"/> and <see cref="DrainControl"/>, read by
/// any thread.
/// </summary>
internal sealed class Readiness(Balancer balancer)
{
    private volatile ProcessPhase _phase;

    /// <summary>Where the process is in its life.</summary>
    public ProcessPhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Why no clients should be sent here; null when they should.</summary>
    public string? NotReadyBecause => _phase switch
    {
        ProcessPhase.Notice => "about to drain, no new clients should be sent here",
        ProcessPhase.Draining => $"draining, {Listing.Count(balancer.ActiveConnections, "connection")} left",
        ProcessPhase.Starting => "starting, the first round of probes is not done",
        _ => balancer.IsReady ? null : "the balancer does not accept connections",
    };
}
