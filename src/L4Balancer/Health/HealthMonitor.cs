using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>Watches all backends of one pool. Control plane; one call at a time.</summary>
internal sealed class HealthMonitor : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Pool _pool;
    private readonly ProbeRunner _probes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile Watch[] _watches;

    public HealthMonitor(Pool pool, ProbeRunner probes, TimeProvider time, ILogger logger)
    {
        _probes = probes;
        _pool = pool;
        _time = time;
        _logger = logger;
        _watches = [.. pool.Backends.Select(MakeWatch)];
    }

    /// <summary>One for each backend.</summary>
    public IReadOnlyList<BackendMonitor> Monitors => [.. _watches.Select(static watch => watch.Monitor)];

    /// <summary>
    /// Starts the probes and waits for the first verdict on every backend, which takes one probe's timeout at most (two
    /// where a name does not resolve). Second probes are spread over one interval.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _pool.HoldPublishing();
        await JudgeFirstAsync(_watches, cancellationToken);
        _pool.ReleasePublishing();
    }

    /// <summary>
    /// Watches further backends; waits for the first verdict on each, as the start does. They are judged by a
    /// configuration that is not in force yet; <see cref="JudgeByPool"/> says when it is.
    /// </summary>
    public async Task AddAsync(
        IReadOnlyList<Backend> backends, HealthConfig ahead, CancellationToken cancellationToken)
    {
        Watch[] added = [.. backends.Select(MakeWatch)];
        foreach (Watch watch in added) watch.Monitor.JudgeBy(ahead);
        _watches = [.. _watches, .. added];
        await JudgeFirstAsync(added, cancellationToken);
    }

    /// <summary>Watches some backends no longer.</summary>
    public async Task RemoveAsync(IReadOnlyList<Backend> backends)
    {
        Watch[] removed = [.. _watches.Where(watch => backends.Contains(watch.Monitor.Backend))];
        _watches = [.. _watches.Except(removed)];
        foreach (Watch watch in removed) await watch.EndAsync();
    }

    /// <summary>The pool's configuration is in force for all.</summary>
    public void JudgeByPool()
    {
        foreach (Watch watch in _watches) watch.Monitor.JudgeBy(null);
    }

    /// <summary>The configuration of the probes has changed.</summary>
    public void Reconsider()
    {
        foreach (Watch watch in _watches) watch.Monitor.Reconsider();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (Watch watch in _watches) await watch.EndAsync();
        _ending.Dispose();
    }

    private Watch MakeWatch(Backend backend) => new(
        new BackendMonitor(_pool, backend, _probes, _time, _logger),
        CancellationTokenSource.CreateLinkedTokenSource(_ending.Token));

    private async Task JudgeFirstAsync(Watch[] watches, CancellationToken cancellationToken)
    {
        TimeSpan step = _pool.Config.Health.Interval / Math.Max(1, watches.Length);
        foreach ((int i, Watch watch) in watches.Index()) watch.Start(step * (i + 1));
        await Task.WhenAll(watches.Select(static watch => watch.Monitor.FirstVerdict)).WaitAsync(cancellationToken);
    }

    /// <summary>One backend's monitor while it runs.</summary>
    private sealed class Watch(BackendMonitor monitor, CancellationTokenSource ending)
    {
        private Task _running = Task.CompletedTask;

        public BackendMonitor Monitor { get; } = monitor;

        public void Start(TimeSpan offset) => _running = RunAsync(offset);

        public async Task EndAsync()
        {
            await ending.CancelAsync();
            await _running;
            ending.Dispose();
        }

        private async Task RunAsync(TimeSpan offset)
        {
            try
            {
                await Monitor.RunAsync(offset, ending.Token);
            }
            catch (OperationCanceledException)
            {
                return; // The pool ends, or the backend was removed.
            }
        }
    }
}
