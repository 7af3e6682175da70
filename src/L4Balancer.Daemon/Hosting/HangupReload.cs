using System.Runtime.InteropServices;
using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>SIGHUP reloads the configuration, as it does in most daemons.</summary>
internal sealed class HangupReload(Reloader reloader, ILogger logger) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _registration;
    private int _asked; // Signals that no reload has begun after.

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = ReloadAllAsync();
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _registration?.Dispose();

    /// <summary>Of signals that come during a reload all together make one more.</summary>
    private async Task ReloadAllAsync()
    {
        if (Interlocked.Increment(ref _asked) > 1) return;

        int seen;
        do
        {
            seen = Volatile.Read(ref _asked);
            await ReloadAsync();
        }
        while (Interlocked.CompareExchange(ref _asked, 0, seen) != seen);
    }

    private async Task ReloadAsync()
    {
        try
        {
            await reloader.ReloadAsync(CancellationToken.None); // It says in the log what it came to.
        }
        catch (ObjectDisposedException)
        {
            logger.ReloadRefused("the process ends");
        }
    }
}
