using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Discovery;
using L4Balancer.Health;
using L4Balancer.Metrics;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer;

/// <summary>
/// The whole as one object. Methods are for the control plane, any thread; those that change something wait for each
/// other.
/// </summary>
public sealed partial class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BalancerConfig _first;
    private readonly BalancerParts _parts;
    private readonly BackendControl _backends;
    private readonly ZoneControl _zones;
    private readonly StatusReader _status;
    private readonly Draining _draining;
    private readonly DiscoveryChanges _discovery;
    private readonly BalancerMeter _meter;
    private volatile bool _ready;
    private bool _stopped; // Belongs to who changes.
    private bool _disposed;

    /// <summary>Takes a validated configuration; opens no listener yet.</summary>
    /// <exception cref="BalancerStartException">The process has too few descriptors for its shards.</exception>
    public Balancer(BalancerConfig config, ILoggerFactory loggers)
        : this(config, loggers, TimeProvider.System, new ShardOptions())
    {
    }

    internal Balancer(BalancerConfig config, ILoggerFactory loggers, TimeProvider time, ShardOptions options)
    {
        _first = config;
        _time = time;
        _logger = loggers.CreateLogger("L4Balancer");
        BalancerLimits limits = BalancerLimits.Of(config);
        Shard[] shards = BalancerShards.Open(limits, options);
        ShardSeat[] seats = [.. shards.Select(shard => new ShardSeat(shard, new FlowLog(config.Log.Flows)))];
        _parts = new BalancerParts(config, limits, seats, time, _logger, options.DatagramOffload);
        _backends = new BackendControl(_parts);
        _zones = new ZoneControl(_parts);
        _status = new StatusReader(_parts);
        _draining = new Draining(_parts);
        _discovery = new DiscoveryChanges(_parts, _draining.Begin);
        _meter = new BalancerMeter(_parts);
    }

    /// <summary>The configuration in force.</summary>
    public BalancerConfig Config => _parts.Config;

    /// <summary>Which limits apply.</summary>
    public BalancerLimits Limits => _parts.Limits;

    /// <summary>
    /// What it listens on. Empty before <see cref="StartAsync(CancellationToken)"/> has opened the listeners.
    /// </summary>
    public IReadOnlyList<BoundListener> Listeners => [.. _parts.Listeners];

    /// <summary>True from the end of the first round of probes until a drain begins.</summary>
    public bool IsReady => _ready;

    /// <summary>Sessions open now.</summary>
    public int ActiveConnections => _parts.Limit.Open;

    /// <summary>Every pool's backends with the state they are in, also removed ones that still have flows.</summary>
    public IReadOnlyList<BackendStatus> Backends => _status.Backends();

    /// <summary>What backends are found by, of every pool.</summary>
    public IReadOnlyList<SourceStatus> Sources => _status.Sources();

    /// <summary>Every service with what it has counted, also removed ones that still have flows.</summary>
    public IReadOnlyList<ServiceStatus> ServiceStatuses => _status.Services();

    /// <summary>Flow records dropped since the start because the log could not follow.</summary>
    public long FlowRecordsDropped => _parts.Seats.Sum(static seat => seat.FlowLog.Ring.Dropped);

    internal IReadOnlyList<Shard> Shards => _parts.Shards;

    internal IReadOnlyList<PoolRuntime> Pools => _parts.Pools;

    internal ProbeRunner Probes => _parts.Probes;

    internal IReadOnlyList<ServiceRuntime> Services => _parts.Services;

    internal BackendDiscovery Discovery => _parts.Discovery;

    /// <summary>
    /// Opens the listeners, waits for the first round of probes, then accepts. Clients that come meanwhile wait in the
    /// kernel's queue.
    /// </summary>
    /// <exception cref="BalancerStartException">
    /// An address is in use, is not the host's, or may not be bound.
    /// </exception>
    public Task StartAsync(CancellationToken cancellationToken) =>
        StartAsync(InheritedSockets.None(), beforeAccepting: null, cancellationToken);

    /// <summary>
    /// Goes over to another configuration: what did not change is not touched, what was removed drains.
    /// </summary>
    /// <exception cref="BalancerStartException">It cannot be used in this process; nothing has changed.</exception>
    public async Task<ApplyResult> ApplyAsync(BalancerConfig next, CancellationToken cancellationToken)
    {
        ConfigDiff? diff = null;
        await ChangeAsync(
            async () =>
            {
                if (_stopped) throw new InvalidOperationException("it takes no flows any more");

                diff = ConfigDiff.Between(Config, next);
                BalancerConfig possible = ConfigDiff.InForce(Config, next);
                await ConfigChange.ApplyAsync(_parts, possible, cancellationToken);
            },
            cancellationToken);
        return new ApplyResult(diff!.Changes, diff.Warnings);
    }

    /// <summary>Some of the live flows that match: at most so many, the youngest first.</summary>
    public Task<FlowListing> FlowsAsync(FlowFilter filter, int most, CancellationToken cancellationToken) =>
        _parts.Flows.ListAsync(filter, most, cancellationToken);

    /// <summary>How old the oldest flow of each backend is, of those that have any. Looks at every flow.</summary>
    public async Task<IReadOnlyDictionary<(string Pool, string Backend), TimeSpan>> OldestFlowsAsync()
    {
        IReadOnlyDictionary<Backend, TimeSpan> oldest = await _parts.Flows.OldestAsync();
        Dictionary<(string Pool, string Backend), TimeSpan> byName = [];
        foreach (PoolRuntime pool in _parts.Pools)
        {
            // Removed ones last: of a name that both have, the removed one has the older flows.
            foreach (Backend backend in pool.Pool.Backends.Concat(pool.Pool.Removed))
            {
                if (oldest.TryGetValue(backend, out TimeSpan age)) byName[(pool.Pool.Name, backend.Name)] = age;
            }
        }

        return byName;
    }

    /// <summary>Ends the live flows that match, with reason admin_kill.</summary>
    /// <returns>How many.</returns>
    public Task<int> KillFlowsAsync(FlowFilter filter, CancellationToken cancellationToken) =>
        _parts.Flows.CloseAsync(filter, CloseReason.AdminKill).WaitAsync(cancellationToken);

    /// <summary>Says what an operator wants of a backend.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="backend">The backend's name.</param>
    /// <param name="state">What is wanted. Maint ends its flows now.</param>
    /// <param name="timeout">
    /// When a drained backend's flows are ended; null for the pool's own <c>drain.timeout</c>, zero for never.
    /// </param>
    /// <returns>False where there is no such backend.</returns>
    public bool SetAdminState(string pool, string backend, AdminState state, TimeSpan? timeout)
    {
        bool found = _backends.SetState(pool, backend, state, timeout);
        _draining.Begin();
        return found;
    }

    /// <summary>Sets a backend's weight at run time; null returns to the configured one.</summary>
    /// <returns>False where there is no such backend.</returns>
    public bool SetWeight(string pool, string backend, int? weight) => _backends.SetWeight(pool, backend, weight);

    /// <summary>How a pool's hash space is divided.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="previous">Before the last change rather than now.</param>
    /// <param name="places">How many places of the circle are looked at.</param>
    /// <returns>Null where there is no such pool.</returns>
    public RingPicture? Ring(string pool, bool previous, int places) => _status.Ring(pool, previous, places);

    /// <summary>Takes the flow records that wait, oldest first of each shard. One caller at a time.</summary>
    /// <returns>How many it were.</returns>
    public int TakeFlowRecords(Action<FlowRecord> take)
    {
        int taken = 0;
        foreach (ShardSeat seat in _parts.Seats)
        {
            // At most what fits, so that a busy shard does not keep the others' waiting.
            FlowRecordRing ring = seat.FlowLog.Ring;
            for (int i = 0; i < FlowRecordRing.Capacity && ring.TryTake(out FlowRecord? record); i++)
            {
                take(record);
                taken++;
            }
        }

        return taken;
    }

    /// <summary>True when every shard's loop has answered within the time given.</summary>
    public async Task<bool> AnswersAsync(TimeSpan timeout)
    {
        Task all = _parts.AnswerAsync();
        await Task.WhenAny(all, Task.Delay(timeout, _time));
        return all.IsCompletedSuccessfully;
    }

    /// <summary>
    /// Stops accepting and closes the listeners, waits until every session has ended, at most for <paramref
    /// name="timeout"/> or until <paramref name="endNow"/>, then closes the rest with reason shutdown.
    /// </summary>
    /// <returns>Sessions that were cut off.</returns>
    public async Task<int> DrainAsync(TimeSpan timeout, CancellationToken endNow)
    {
        await StopAcceptingAsync();
        if (WaitedFor > 0) _logger.Draining(WaitedFor, timeout.TotalSeconds);

        await WaitForSessionsAsync(timeout, endNow);
        if (_servesDatagrams) await LeaveDatagramsAsync(endNow);
        int cutOff = WaitedFor;
        if (cutOff > 0) _logger.DrainCutOff(cutOff);
        await CutOffAsync();
        return cutOff;
    }

    /// <summary>Closes what is open and ends the shards.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;

        _disposed = true;
        await _draining.DisposeAsync();
        if (_parts.Shards.Any(static shard => shard.IsRunning)) await DrainAsync(TimeSpan.Zero, CancellationToken.None);
        await _discovery.DisposeAsync();
        foreach (PoolRuntime runtime in _parts.Pools) await runtime.EndAsync();

        foreach (Shard shard in _parts.Shards) shard.End();
        foreach (Shard shard in _parts.Shards) shard.Dispose();
        _parts.Dispose();
        _meter.Dispose();
    }

    private async Task ChangeAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        await _parts.Changing.WaitAsync(cancellationToken);
        try
        {
            await change();
        }
        finally
        {
            _parts.Changing.Release();
            _draining.Begin();
        }
    }

    /// <summary>
    /// Closes listeners and sessions, whatever they are doing. Sessions only once every shard has closed its listeners:
    /// what one had accepted by then for another has been posted to that one before.
    /// </summary>
    private async Task CutOffAsync()
    {
        ServiceRuntime[] all = [.. _parts.AllServices];
        foreach (ServiceRuntime service in all) service.PostCloseListeners();
        await _parts.AnswerAsync();
        await Task.WhenAll(all.Select(static service => service.CutOffAsync(CloseReason.Shutdown)));
    }

    private async Task WaitForSessionsAsync(TimeSpan timeout, CancellationToken endNow)
    {
        long started = _time.GetTimestamp();
        while (WaitedFor > 0 && _time.GetElapsedTime(started) < timeout && !endNow.IsCancellationRequested)
        {
            ServiceRuntime[] ending = _servesDatagrams ? [] : [.. _parts.AllServices];
            foreach (ServiceRuntime service in ending) service.PostCloseIfDone();
            await Task.Delay(DrainPoll, _time, CancellationToken.None);
        }
    }
}
