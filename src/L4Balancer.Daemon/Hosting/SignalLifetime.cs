using System.Runtime.InteropServices;
using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Ends the process by signals: the first SIGTERM or SIGINT lets sessions end, the second cuts them off, a third has
/// the
/// kernel's own effect, in case that ending hangs.
/// </summary>
internal sealed class SignalLifetime(IHostApplicationLifetime application, ILogger logger)
    : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _endNow = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _received;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken EndNow => _endNow.Token;

    /// <summary>The process has been told to end.</summary>
    public bool IsEnding => application.ApplicationStopping.IsCancellationRequested;

    /// <summary>What made the process end, for the log.</summary>
    public string Reason { get; private set; } = "stop";

    /// <summary>Listens for signals from now on; start-up does not wait for one.</summary>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Ends the process as a first signal does; a signal that comes later is the first all the same and cuts nothing
    /// off.
    /// </summary>
    /// <param name="reason">For the log.</param>
    public void End(string reason)
    {
        if (IsEnding) return;

        Reason = reason;
        application.StopApplication();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _endNow.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        int received = Interlocked.Increment(ref _received);
        signal.Cancel = received <= 2;
        if (received == 1)
        {
            End(signal.Signal.ToString());
        }
        else if (received == 2)
        {
            logger.EndingNow(signal.Signal.ToString());
            _endNow.Cancel();
        }
    }
}
