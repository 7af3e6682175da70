using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Metrics;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;
using L4Balancer.Udp;
using Microsoft.Extensions.Logging;

namespace L4Balancer;

/// <summary>The whole as one object. Methods are for the control plane, any thread, one call at a time.</summary>
public sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Shard[] _shards;
    private readonly FlowLog[] _flowLogs;
    private readonly SessionLimit _limit;
    private readonly SessionLimit _tcpLimit;
    private readonly PoolRuntime[] _pools;
    private readonly UdpPaths[] _udpPaths; // By shard; empty where there is no UDP service.
    private readonly ServiceRuntime[] _services;
    private readonly BalancerMeter _meter;
    private readonly List<BoundListener> _bound = [];
    private volatile bool _ready;
    private bool _disposed;

    /// <summary>Takes a validated configuration; opens no listener yet.</summary>
    /// <exception cref="BalancerStartException">The process has too few descriptors for its shards.</exception>
    public Balancer(BalancerConfig config, ILoggerFactory loggers)
        : this(config, loggers, TimeProvider.System, new ShardOptions())
    {
    }

    internal Balancer(BalancerConfig config, ILoggerFactory loggers, TimeProvider time, ShardOptions options)
    {
        _time = time;
        _logger = loggers.CreateLogger("L4Balancer");
        Limits = BalancerLimits.Of(config);
        _limit = new SessionLimit(Limits.MaxSessions);
        _tcpLimit = new SessionLimit(Limits.MaxConnections, _limit);
        _shards = OpenShards(options);
        _flowLogs = [.. _shards.Select(_ => new FlowLog(config.Log.Flows))];
        IEnumerable<PoolConfig> pools = config.Services.Select(static service => service.Pool).Distinct();
        _pools = [.. pools.Select(pool => MakePool(pool, config.Global))];
        bool hasUdp = Limits.MaxUdpSessions.Count > 0;
        _udpPaths = hasUdp ? [.. _shards.Select(static shard => new UdpPaths(shard))] : [];
        DatagramOffload offload = hasUdp && options.DatagramOffload ? DatagramOffload.Detect() : default;
        _services = [.. config.Services.Select(service => MakeService(service, offload))];
        _meter = new BalancerMeter(this);
    }

    /// <summary>Which limits apply.</summary>
    public BalancerLimits Limits { get; }

    /// <summary>What it listens on. Empty before <see cref="StartAsync"/> has opened the listeners.</summary>
    public IReadOnlyList<BoundListener> Listeners => _bound;

    /// <summary>True from the end of the first round of probes until a drain begins.</summary>
    public bool IsReady => _ready;

    /// <summary>Sessions open now.</summary>
    public int ActiveConnections => _limit.Open;

    /// <summary>The configuration in force.</summary>
    public BalancerConfig Config => throw new NotImplementedException();

    /// <summary>Every pool's backends with the state they are in, also removed ones that still have flows.</summary>
    public IReadOnlyList<BackendStatus> Backends => throw new NotImplementedException();

    /// <summary>Every service with what it has counted, also removed ones that still have flows.</summary>
    public IReadOnlyList<ServiceStatus> ServiceStatuses => throw new NotImplementedException();

    /// <summary>Flow records dropped since the start because the log could not follow.</summary>
    public long FlowRecordsDropped => _flowLogs.Sum(static log => log.Ring.Dropped);

    internal IReadOnlyList<Shard> Shards => _shards;

    internal IReadOnlyList<PoolRuntime> Pools => _pools;

    internal IReadOnlyList<ServiceRuntime> Services => _services;

    /// <summary>
    /// Opens the listeners, waits for the first round of probes, then accepts. Clients that come meanwhile wait in the
    /// kernel's queue.
    /// </summary>
    /// <exception cref="BalancerStartException">
    /// An address is in use, is not the host's, or may not be bound.
    /// </exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (ServiceRuntime service in _services) OpenListeners(service);
        IEnumerable<BoundListener> udp = _bound.Where(static one => one.Protocol == FlowProtocol.Udp);
        OwnAddresses own = new(udp.Select(static one => one.Endpoint));
        foreach (UdpRuntime service in _services.OfType<UdpRuntime>()) service.Service.OwnAddresses = own;
        foreach (Shard shard in _shards) shard.Start();
        await Task.WhenAll(_pools.Select(runtime => runtime.Monitor.StartAsync(cancellationToken)));

        foreach (ServiceRuntime service in _services) service.PostStart();
        _ready = true;
    }

    /// <summary>
    /// Goes over to another configuration: what did not change is not touched, what was removed drains.
    /// </summary>
    /// <exception cref="BalancerStartException">It cannot be used in this process; nothing has changed.</exception>
    public Task<ApplyResult> ApplyAsync(BalancerConfig next, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Some of the live flows that match.</summary>
    public Task<FlowListing> FlowsAsync(FlowFilter filter, int most, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Ends the live flows that match, with reason admin_kill.</summary>
    /// <returns>How many.</returns>
    public Task<int> KillFlowsAsync(FlowFilter filter, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Says what an operator wants of a backend.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="backend">The backend's name.</param>
    /// <param name="state">What is wanted. Maint ends its flows now.</param>
    /// <param name="timeout">
    /// When a drained backend's flows are ended; null for the pool's own <c>drain.timeout</c>, zero for never.
    /// </param>
    /// <returns>False where there is no such backend.</returns>
    public bool SetAdminState(string pool, string backend, AdminState state, TimeSpan? timeout) =>
        throw new NotImplementedException();

    /// <summary>Sets a backend's weight at run time; null returns to the configured one.</summary>
    /// <returns>False where there is no such backend.</returns>
    public bool SetWeight(string pool, string backend, int? weight) => throw new NotImplementedException();

    /// <summary>How a pool's hash space is divided.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="previous">Before the last change rather than now.</param>
    /// <param name="places">How many places of the circle are looked at.</param>
    /// <returns>Null where there is no such pool.</returns>
    public RingPicture? Ring(string pool, bool previous, int places) => throw new NotImplementedException();

    /// <summary>
    /// Closes the listeners once they have taken what had come; flows go on. The process is not ready any more.
    /// </summary>
    public Task StopAcceptingAsync() => throw new NotImplementedException();

    /// <summary>Takes the flow records that wait, oldest first of each shard. One caller at a time.</summary>
    /// <returns>How many it were.</returns>
    public int TakeFlowRecords(Action<FlowRecord> take)
    {
        int taken = 0;
        foreach (FlowLog log in _flowLogs)
        {
            // At most what fits, so that a busy shard does not keep the others' waiting.
            for (int i = 0; i < FlowRecordRing.Capacity && log.Ring.TryTake(out FlowRecord? record); i++)
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
        Task all = Task.WhenAll(_shards.Select(AnswerOf));
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
        _ready = false;
        foreach (ServiceRuntime service in _services) service.PostStop();
        await Task.WhenAll(_shards.Select(AnswerOf)); // The listeners have taken what had come.
        if (ActiveConnections > 0) _logger.Draining(ActiveConnections, timeout.TotalSeconds);

        await WaitForSessionsAsync(timeout, endNow);
        int cutOff = ActiveConnections;
        if (cutOff > 0) _logger.DrainCutOff(cutOff);
        await CutOffAsync();
        return cutOff;
    }

    /// <summary>Closes what is open and ends the shards.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;

        _disposed = true;
        if (_shards.Any(static shard => shard.IsRunning)) await DrainAsync(TimeSpan.Zero, CancellationToken.None);
        foreach (PoolRuntime runtime in _pools)
        {
            await runtime.Monitor.DisposeAsync();
            runtime.Ejector.Dispose();
        }

        foreach (Shard shard in _shards) shard.End();
        foreach (Shard shard in _shards) shard.Dispose();
        foreach (UdpRuntime service in _services.OfType<UdpRuntime>()) service.Dispose();
        foreach (UdpPaths paths in _udpPaths) paths.Dispose();
        _meter.Dispose();
    }

    private Shard[] OpenShards(ShardOptions options)
    {
        int pipes = DescriptorBudget.KernelPipesPerShard(Limits.MaxDescriptors, Limits.Shards);
        options = options with { MaxKernelPipes = Math.Min(options.MaxKernelPipes, pipes) };
        List<Shard> shards = [];
        try
        {
            for (int i = 0; i < Limits.Shards; i++) shards.Add(new Shard(i, options));
            return [.. shards];
        }
        catch (IOException exception)
        {
            shards.ForEach(static shard => shard.Dispose());
            throw new BalancerStartException(
                $"cannot open {Limits.Shards} shards with {Limits.MaxDescriptors} descriptors ({exception.Message}); "
                + "raise LimitNOFILE= or ulimit -n, or lower global.shards");
        }
    }

    private PoolRuntime MakePool(PoolConfig config, GlobalConfig global)
    {
        Pool pool = new(config, global.HashSeed, _logger);
        return new PoolRuntime(pool, new Ejector(pool, _time, _logger), new HealthMonitor(pool, _time, _logger));
    }

    private ServiceRuntime MakeService(ServiceConfig config, DatagramOffload offload)
    {
        PoolRuntime runtime = _pools.Single(one => one.Pool.Config == config.Pool);
        if (config.Protocol == FlowProtocol.Udp)
        {
            SessionLimit sessions = new(Limits.MaxUdpSessions[config.Name], _limit);
            UdpService udp = new(config, runtime.Pool, runtime.Ejector, sessions, _logger) { Offload = offload };
            return new UdpRuntime(udp, _shards, _flowLogs, _udpPaths);
        }

        bool hasOwnLimit = config.MaxConnections > 0;
        SessionLimit limit = hasOwnLimit ? new SessionLimit(config.MaxConnections, _tcpLimit) : _tcpLimit;
        TcpService tcp = new(config, runtime.Pool, runtime.Ejector, limit, _logger);
        return new TcpRuntime(tcp, _shards, _flowLogs);
    }

    private void OpenListeners(ServiceRuntime service)
    {
        foreach (BoundListener bound in service.OpenListeners())
        {
            _bound.Add(bound);
            _logger.Listening(bound.Service, bound.ToString());
        }
    }

    private static Task AnswerOf(Shard shard)
    {
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shard.Post(answered.SetResult);
        return answered.Task;
    }

    /// <summary>
    /// Closes listeners and sessions, whatever they are doing. Sessions only once every shard has closed its listeners:
    /// what one had accepted by then for another has been posted to that one before.
    /// </summary>
    private async Task CutOffAsync()
    {
        foreach (ServiceRuntime service in _services) service.PostCloseListeners();
        await Task.WhenAll(_shards.Select(AnswerOf));
        foreach (ServiceRuntime service in _services) service.PostCutOff();
        await Task.WhenAll(_shards.Select(AnswerOf));
    }

    private async Task WaitForSessionsAsync(TimeSpan timeout, CancellationToken endNow)
    {
        long started = _time.GetTimestamp();
        while (ActiveConnections > 0 && _time.GetElapsedTime(started) < timeout && !endNow.IsCancellationRequested)
        {
            foreach (ServiceRuntime service in _services) service.PostCloseIfDone();
            await Task.Delay(DrainPoll, _time, CancellationToken.None);
        }
    }
}
