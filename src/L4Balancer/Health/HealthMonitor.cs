using L4Balancer.Pools;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>Watches all backends of one pool.</summary>
internal sealed class HealthMonitor : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Pool _pool;
    private Task _running = Task.CompletedTask;

    public HealthMonitor(Pool pool, TimeProvider time, ILogger logger)
    {
        _pool = pool;
        Monitors = [.. pool.Backends.Select(backend => new BackendMonitor(pool, backend, time, logger))];
    }

    /// <summary>One for each backend, in the pool's order.</summary>
    public IReadOnlyList<BackendMonitor> Monitors { get; }

    /// <summary>
    /// Starts the probes and waits for the first verdict on every backend, which takes one probe's timeout at most (two
    /// where a name does not resolve). Second probes are spread over one interval.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        TimeSpan step = _pool.Config.Health.Interval / Monitors.Count;
        _pool.HoldPublishing();
        _running = Task.WhenAll(Monitors.Select((monitor, i) => RunAsync(monitor, step * (i + 1))));
        await Task.WhenAll(Monitors.Select(static monitor => monitor.FirstVerdict)).WaitAsync(cancellationToken);
        _pool.ReleasePublishing();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private async Task RunAsync(BackendMonitor monitor, TimeSpan offset)
    {
        try
        {
            await monitor.RunAsync(offset, _ending.Token);
        }
        catch (OperationCanceledException)
        {
            return; // The pool ends.
        }
    }
}
