using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>Watches all backends of one pool. Control plane; one call at a time.</summary>
internal sealed class HealthMonitor : IAsyncDisposable
{
    /// <summary>
    /// What a first round is waited for beyond one probe: where the silent ones outnumber the probes that may be under
    /// way, the others are not to wait until the last of them is judged, nor the service manager to lose patience.
    /// </summary>
    private static readonly TimeSpan BeyondOneProbe = TimeSpan.FromSeconds(10);

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

    /// <summary>A probe of a backend was good; it counts already.</summary>
    public event Action<Backend>? FoundGood;

    /// <summary>One for each backend.</summary>
    public IReadOnlyList<BackendMonitor> Monitors => [.. _watches.Select(static watch => watch.Monitor)];

    /// <summary>
    /// Starts the probes and waits for the first verdict on every backend, which takes one probe's timeout, or where
    /// the silent ones outnumber the probes that may be under way at most 10 s more: who is not judged by then takes no
    /// flows before it is. Second probes are spread over one interval.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _pool.HoldPublishing();
        await JudgeFirstAsync(_watches, _pool.Config.Health.Timeout, cancellationToken);
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
        foreach (Watch watch in added) watch.Check.JudgeBy(ahead);
        _watches = [.. _watches, .. added];
        await JudgeFirstAsync(added, ahead.Timeout, cancellationToken);
    }

    /// <summary>Watches some backends no longer.</summary>
    public async Task RemoveAsync(IReadOnlyList<Backend> backends)
    {
        HashSet<Backend> gone = [.. backends];
        Watch[] removed = [.. _watches.Where(watch => gone.Contains(watch.Monitor.Backend))];
        _watches = [.. _watches.Except(removed)];
        foreach (Watch watch in removed) await watch.EndAsync();
    }

    /// <summary>The pool's configuration is in force for all.</summary>
    public void JudgeByPool()
    {
        foreach (Watch watch in _watches) watch.Check.JudgeBy(null);
    }

    /// <summary>The configuration of the probes has changed.</summary>
    public void Reconsider()
    {
        foreach (Watch watch in _watches) watch.Check.Reconsider();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (Watch watch in _watches) await watch.EndAsync();
        _ending.Dispose();
    }

    private Watch MakeWatch(Backend backend)
    {
        CheckInForce check = new(_pool, _time);
        BackendMonitor monitor = new(_pool, backend, check, _probes, _time, _logger);
        monitor.FoundGood += good => FoundGood?.Invoke(good);
        AgentMonitor agent = new(_pool, backend, check, _probes, _time, _logger);
        return new Watch(check, monitor, agent, CancellationTokenSource.CreateLinkedTokenSource(_ending.Token));
    }

    private async Task JudgeFirstAsync(Watch[] watches, TimeSpan timeout, CancellationToken cancellationToken)
    {
        TimeSpan step = _pool.Config.Health.Interval / Math.Max(1, watches.Length);
        foreach ((int i, Watch watch) in watches.Index()) watch.Start(step * (i + 1));
        Task all = Task.WhenAll(watches.Select(static watch => watch.FirstVerdict));
        try
        {
            await all.WaitAsync(FrameworkTimer.AtMost(timeout + BeyondOneProbe), _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return; // What it comes to is seen in the backends' states.
        }
    }

    /// <summary>What watches one backend while it runs.</summary>
    private sealed class Watch(
        CheckInForce check, BackendMonitor monitor, AgentMonitor agent, CancellationTokenSource ending)
    {
        private Task _running = Task.CompletedTask;

        public CheckInForce Check { get; } = check;

        public BackendMonitor Monitor { get; } = monitor;

        public Task FirstVerdict => Task.WhenAll(Monitor.FirstVerdict, agent.FirstWord);

        public void Start(TimeSpan offset) => _running = Task.WhenAll(
            UntilEndedAsync(Monitor.RunLoopAsync(offset, ending.Token)),
            UntilEndedAsync(agent.RunLoopAsync(ending.Token)));

        public async Task EndAsync()
        {
            await ending.CancelAsync();
            await _running;
            ending.Dispose();
        }

        private static async Task UntilEndedAsync(Task loop)
        {
            try
            {
                await loop;
            }
            catch (OperationCanceledException)
            {
                return; // The pool ends, or the backend was removed.
            }
        }
    }
}
