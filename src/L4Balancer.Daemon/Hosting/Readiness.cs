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
internal sealed class Readiness(Balancer balancer) : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private volatile ProcessPhase _phase;

    /// <summary>Where the process is in its life.</summary>
    public ProcessPhase Phase
    {
        get => _phase;
        set
        {
            _phase = value;
            if (value > ProcessPhase.Serving) _leaving.Cancel();
        }
    }

    /// <summary>Cancelled when a drain begins: nobody is to wait for probes of a reload then.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>Why no clients should be sent here; null when they should.</summary>
    public string? NotReadyBecause => _phase switch
    {
        ProcessPhase.Notice => "about to drain, no new clients should be sent here",
        ProcessPhase.Draining => $"draining, {Listing.Count(balancer.ActiveConnections, "connection")} left",
        ProcessPhase.Starting => "starting, the first round of probes is not done",
        _ => balancer.IsReady ? null : "the balancer does not accept connections",
    };

    /// <inheritdoc/>
    public void Dispose() => _leaving.Dispose();
}
