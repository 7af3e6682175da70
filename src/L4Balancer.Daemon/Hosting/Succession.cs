using L4Balancer.Config;
using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Logging;
using L4Balancer.Daemon.Systemd;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Starts the balancer in the place of one before it, so that no client is refused between them, and has what it
/// listens on kept for the next.
/// </summary>
internal sealed class Succession(
    Balancer balancer, Inheritance inheritance, SocketStore store, AdminServer admin, ILogger logger)
{
    /// <summary>Starts the balancer with what was inherited.</summary>
    /// <exception cref="BalancerStartException">It cannot start; a predecessor then goes on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        balancer.ListenersOpened += store.Add;
        balancer.ListenersClosing += store.Remove;
        if (inheritance.NobodyAt is { } path) logger.NobodyToTakeOver(path);
        if (inheritance.Takeover is not { } takeover)
        {
            await balancer.StartAsync(inheritance.Listeners, beforeAccepting: null, cancellationToken);
            return;
        }

        using (takeover)
        {
            await balancer.StartAsync(inheritance.Listeners, () => FinishAsync(takeover), cancellationToken);
        }
    }

    /// <summary>It serves: the admin side answers too, where it had to leave that to a predecessor.</summary>
    public async Task PublishAsync()
    {
        if (inheritance.Takeover is not null) await admin.PublishAsync();
    }

    private async Task FinishAsync(Takeover takeover)
    {
        if (await Task.Run(takeover.Finish)) logger.TookOver(takeover.Predecessor);
        else logger.PredecessorGone(takeover.Predecessor);
    }
}
