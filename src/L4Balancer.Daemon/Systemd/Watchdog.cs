using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Systemd;

/// <summary>
/// Tells systemd at each interval that the service is alive, but only if every shard has answered. A service whose data
/// path hangs is restarted so, although its control plane still runs.
/// </summary>
internal sealed class Watchdog(
    Balancer balancer, SystemdNotifier notifier, TimeSpan interval, TimeProvider time, ILogger logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (await balancer.AnswersAsync(interval)) notifier.Watchdog();
            else logger.ShardsSilent(interval);
        }
    }
}
