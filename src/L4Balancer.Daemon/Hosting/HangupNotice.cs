using System.Runtime.InteropServices;
using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>Keeps SIGHUP, which asks most daemons to reload, from ending this one, which cannot.</summary>
internal sealed class HangupNotice(ILogger logger) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _registration;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            logger.HangupIgnored();
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _registration?.Dispose();
}
