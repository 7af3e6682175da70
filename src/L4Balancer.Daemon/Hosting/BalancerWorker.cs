using System.Globalization;
using L4Balancer.Config;
using L4Balancer.Daemon.Commands;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Logging;
using L4Balancer.Daemon.Systemd;
using L4Balancer.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Starts the balancer with the process, says what it does and within which limits, and drains it at the end.
/// </summary>
internal sealed class BalancerWorker(
    Balancer balancer, Succession succession, Readiness readiness, DrainControl drain, ChangeGate gate,
    SystemdNotifier notifier, ILogger logger) : IHostedService
{
    private const string BacklogCapFile = "/proc/sys/net/core/somaxconn";

    private BalancerConfig Config => balancer.Config;

    /// <summary>Starts; a reload that is asked for meanwhile waits.</summary>
    public Task StartAsync(CancellationToken cancellationToken) =>
        gate.ChangeAsync(() => StartOnceAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => drain.EndAsync();

    private async Task<bool> StartOnceAsync(CancellationToken cancellationToken)
    {
        int backends = Config.Services.Select(service => service.Pool).Distinct().Sum(pool => pool.Backends.Count);
        string services = Listing.Count(Config.Services.Count, "service");
        logger.Starting(VersionCommand.Version, services, Listing.Count(backends, "backend"));
        await succession.StartAsync(cancellationToken);

        SayLimits();
        if (readiness.Phase == ProcessPhase.Starting) readiness.Phase = ProcessPhase.Serving; // Or it is to drain.
        await succession.PublishAsync();
        if (!notifier.Ready($"serving {services}")) logger.NotNotified("the service is ready");
        logger.Ready();
        return true;
    }

    private void SayLimits()
    {
        BalancerLimits limits = balancer.Limits;
        logger.LimitsApply(Listing.Count(limits.Shards, "shard"), Sessions(limits), limits.MaxDescriptors);
        bool hasTcp = limits.MaxConnections > 0;
        if (hasTcp && Config.Global.MaxConnections > limits.MaxConnections)
        {
            logger.ConnectionsCut(Config.Global.MaxConnections, limits.MaxConnections, limits.MaxDescriptors);
        }

        if (BacklogCap() is not { } cap) return;
        foreach (ServiceConfig service in Config.Services)
        {
            bool isCut = service.Protocol == FlowProtocol.Tcp && service.Backlog > cap;
            if (isCut) logger.BacklogCut(service.Backlog, service.Name, cap);
        }
    }

    /// <summary><c>5000 connections (derived), 10000 UDP sessions of dns</c>: of each kind that there is.</summary>
    private static string Sessions(BalancerLimits limits)
    {
        List<string> parts = [];
        string origin = limits.MaxConnectionsDerived ? "derived" : "configured";
        if (limits.MaxConnections > 0) parts.Add($"{limits.MaxConnections} connections ({origin})");
        parts.AddRange(limits.MaxUdpSessions.Select(udp => $"{udp.Value} UDP sessions of {udp.Key}"));
        return string.Join(", ", parts);
    }

    /// <summary>The kernel's limit of accept queues; null where the unit's hardening hides it.</summary>
    private static int? BacklogCap()
    {
        try
        {
            string text = File.ReadAllText(BacklogCapFile);
            return int.TryParse(text, CultureInfo.InvariantCulture, out int cap) ? cap : null;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
