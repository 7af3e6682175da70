using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Logging;
using L4Balancer.Daemon.Systemd;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Takes the whole process out of service: first a notice, during which <c>/ready</c> says no and connections are still
/// taken, then no new ones. An operator's drain goes on until the process is stopped; a signal's ends it. Any thread.
/// </summary>
internal sealed class DrainControl(
    Balancer balancer, Readiness readiness, SystemdNotifier notifier, SignalLifetime lifetime,
    Retirement retirement, ILogger logger) : IDisposable
{
    /// <summary>What systemd allows on top of notice and drain, for all the rest of ending.</summary>
    private static readonly TimeSpan EndMargin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _noticeOver = new();
    private long _noticeEnds; // By Environment.TickCount64.
    private Task? _stopAccepting;

    /// <summary>Begins to drain, or gives a notice that has begun another length.</summary>
    /// <param name="notice">How long connections are still taken, from now; zero for not at all.</param>
    /// <returns>The phase that follows: notice or draining.</returns>
    public async Task<ProcessPhase> BeginAsync(TimeSpan notice)
    {
        Task stopped = Begin(notice, shortenOnly: lifetime.IsEnding);
        if (notice == TimeSpan.Zero) await stopped;
        return readiness.Phase;
    }

    /// <summary>
    /// Ends what the process does: notice, no new connections, and when those that are open have ended or had their
    /// time, nothing. A second signal skips what is left of it.
    /// </summary>
    public async Task EndAsync()
    {
        TimeSpan notice = balancer.Config.Global.DrainNotice;
        TimeSpan drain = balancer.Config.Global.ShutdownDrain;
        notifier.Stopping(notice + drain + EndMargin, $"draining {Open()}");
        Task stopped = Begin(notice, shortenOnly: true);
        logger.Ending(lifetime.Reason);
        using (lifetime.EndNow.Register(_noticeOver.Cancel)) await stopped;

        int cutOff = await balancer.DrainAsync(drain, lifetime.EndNow);
        logger.Ended(Listing.Count(cutOff, "connection"));
    }

    /// <inheritdoc/>
    public void Dispose() => _noticeOver.Dispose();

    /// <returns>Completes when no new connections are taken.</returns>
    private Task Begin(TimeSpan notice, bool shortenOnly)
    {
        lock (_lock)
        {
            bool hasBegun = _stopAccepting is not null;
            long ends = Environment.TickCount64 + (long)notice.TotalMilliseconds;
            if (hasBegun && (readiness.Phase == ProcessPhase.Draining || (shortenOnly && ends > _noticeEnds)))
            {
                return _stopAccepting!;
            }

            _noticeEnds = ends;
            if (notice == TimeSpan.Zero) _noticeOver.Cancel();
            else _noticeOver.CancelAfter(notice);
            if (hasBegun) return _stopAccepting!;

            readiness.Phase = notice == TimeSpan.Zero ? ProcessPhase.Draining : ProcessPhase.Notice;
            return _stopAccepting = StopAcceptingAsync(notice);
        }
    }

    private async Task StopAcceptingAsync(TimeSpan notice)
    {
        if (notice > TimeSpan.Zero)
        {
            logger.DrainNotice(notice.TotalSeconds);
            notifier.Status($"about to drain, {Open()} open");
            Task untilOver = Task.Delay(Timeout.InfiniteTimeSpan, _noticeOver.Token);
            await untilOver.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        readiness.Phase = ProcessPhase.Draining;
        await retirement.StopAcceptingAsync();
        _ = TellUntilDrainedAsync();
    }

    /// <summary>Keeps systemd informed, until the process is to end or there is nothing left to say.</summary>
    private async Task TellUntilDrainedAsync()
    {
        if (lifetime.IsEnding) return;

        logger.DrainBegun(Open());
        using PeriodicTimer timer = new(StatusInterval);
        while (balancer.ActiveConnections > 0 && !lifetime.IsEnding)
        {
            notifier.Status($"draining, {Open()} left");
            await timer.WaitForNextTickAsync();
        }

        if (lifetime.IsEnding) return;

        logger.Drained();
        notifier.Status("drained, waiting to be stopped");
    }

    private string Open() => Listing.Count(balancer.ActiveConnections, "connection");
}
