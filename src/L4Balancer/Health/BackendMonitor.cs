using System.Net;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>
/// Keeps the verdict on one backend: resolves its name, probes it, and has the pool publish when it flips.
/// </summary>
internal sealed class BackendMonitor
{
    /// <summary>
    /// Longest wait for silence where that is the good sign and nothing is known yet: a start takes no longer, and an
    /// ICMP error comes within a round trip.
    /// </summary>
    private static readonly TimeSpan FirstSilence = TimeSpan.FromMilliseconds(200);

    private readonly Pool _pool;
    private readonly Backend _backend;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ProbeRunner _probes;
    private RiseFall _riseFall = new();
    private volatile HealthConfig? _ahead; // What it is judged by before its configuration is in force.
    private readonly NameResolver _resolver;
    private readonly TaskCompletionSource _firstVerdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _reconsidered = new(); // Set to end the wait between two probes.
    private volatile ProbeStatus? _lastProbe;
    private string? _lastResolveError;

    public BackendMonitor(Pool pool, Backend backend, ProbeRunner probes, TimeProvider time, ILogger logger)
    {
        _probes = probes;
        _pool = pool;
        _backend = backend;
        _time = time;
        _logger = logger;
        _resolver = new NameResolver(backend.Host);
    }

    public Backend Backend => _backend;

    /// <summary>Probes so far.</summary>
    public HealthCounters Probes { get; } = new();

    /// <summary>The last one; null where there was none.</summary>
    public ProbeStatus? LastProbe => _lastProbe;

    /// <summary>Completes when the backend has been judged for the first time.</summary>
    public Task FirstVerdict => _firstVerdict.Task;

    private Task Reconsidered => Volatile.Read(ref _reconsidered).Task;

    private HealthConfig Check => _ahead ?? _pool.Config.Health;

    /// <summary>Without a probe all that can still change is that the name resolves.</summary>
    private bool IsDone => Check.Type == ProbeType.None && _backend.Endpoint is not null;

    private TimeSpan ProbeTimeout => FrameworkTimer.AtMost(Check.Timeout);

    /// <summary>Has it judged by another configuration than the pool's; null returns to that. Any thread.</summary>
    public void JudgeBy(HealthConfig? ahead) => _ahead = ahead;

    /// <summary>
    /// Watches until cancelled. The second probe comes after <paramref name="offset"/>, which spreads the backends.
    /// </summary>
    public async Task RunAsync(TimeSpan offset, CancellationToken cancellationToken)
    {
        Task reconsidered = Reconsidered;
        await JudgeAsync(cancellationToken);
        _firstVerdict.TrySetResult();
        await WaitAsync(FrameworkTimer.AtMost(offset), reconsidered, cancellationToken);
        while (true)
        {
            reconsidered = Reconsidered; // Read before it is judged: what changes meanwhile is not missed.
            long started = _time.GetTimestamp();
            await JudgeAsync(cancellationToken);
            TimeSpan left = NextInterval() - _time.GetElapsedTime(started);
            await WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, reconsidered, cancellationToken);
        }
    }

    /// <summary>The configuration has changed: it is judged by that at once. Any thread.</summary>
    public void Reconsider() => Interlocked.Exchange(ref _reconsidered, new TaskCompletionSource()).SetResult();

    /// <summary>Waits for the next probe; without one for another configuration.</summary>
    private async Task WaitAsync(TimeSpan time, Task reconsidered, CancellationToken cancellationToken)
    {
        if (IsDone) time = Timeout.InfiniteTimeSpan;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(time, _time, over.Token), reconsidered);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>From the start of one probe to that of the next.</summary>
    private TimeSpan NextInterval() =>
        FrameworkTimer.AtMost(Check.Interval * (1 + (Check.Jitter * ((Random.Shared.NextDouble() * 2) - 1))));

    /// <summary>
    /// Judges once. What goes wrong in it must not end the watch: the last verdict would stand for ever.
    /// </summary>
    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await JudgeOnceAsync(cancellationToken);
        }
        catch (Exception exception) when (
            exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _logger.JudgingFailed(exception, _pool.Name, _backend.Name);
        }
    }

    private async Task JudgeOnceAsync(CancellationToken cancellationToken)
    {
        if (!await ResolveAsync(cancellationToken)) return;

        if (Check.Type == ProbeType.None)
        {
            _riseFall = new RiseFall(); // Should there be probes again, the first decides.
            Apply(BackendHealth.Up, "not probed");
            return;
        }

        IpEndpoint target = _backend.Endpoint!.Value;
        if (Check.Port != 0) target = target with { Port = Check.Port };
        ProbeResult result = await ProbeAsync(target.ToIPEndPoint(), cancellationToken);
        if (!result.IsVerdict) return; // What it was before is the better guess.

        Probes.Add(result.IsGood);
        _lastProbe = new ProbeStatus(_time.GetUtcNow(), result.IsGood, result.Text);
        if (!_riseFall.Observe(result.IsGood, Check.Rise, Check.Fall)) return;

        Apply(_riseFall.IsUp ? BackendHealth.Up : BackendHealth.Down, result.Text);
    }

    private Task<ProbeResult> ProbeAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        TimeSpan timeout = Check.Type == ProbeType.Udp ? UdpTimeout() : ProbeTimeout;
        ProbeTarget target = new(endpoint, _backend.Host, _backend.Name, Check, timeout);
        return _probes.RunAsync(target, cancellationToken);
    }

    private TimeSpan UdpTimeout()
    {
        bool isSilenceGood = !Check.Reply && !_riseFall.HasBegun;
        return isSilenceGood && FirstSilence < ProbeTimeout ? FirstSilence : ProbeTimeout;
    }

    /// <summary>Tells of the verdict, then lets its effect be published.</summary>
    private void Apply(BackendHealth health, string why) => _pool.Change(() =>
    {
        if (_backend.Health == health) return false;

        _backend.SetHealth(health);
        int left = _pool.Backends.Count(static backend => backend.IsAvailable);
        if (health == BackendHealth.Up) _logger.BackendUp(_pool.Name, _backend.Name, why, left, _pool.Backends.Count);
        else _logger.BackendDown(_pool.Name, _backend.Name, why, left, _pool.Backends.Count);
        return true;
    });

    /// <summary>Makes sure that the backend has an address.</summary>
    private async Task<bool> ResolveAsync(CancellationToken cancellationToken)
    {
        if (_backend.Endpoint is not null) return true;

        (IPAddress? address, string error) = await _resolver.ResolveAsync(ProbeTimeout, _time, cancellationToken);
        if (address is not { } found)
        {
            // Once, not at every try.
            if (error != _lastResolveError) _logger.BackendUnresolved(_pool.Name, _backend.Name, _backend.Host, error);
            _lastResolveError = error;
            return false;
        }

        IpEndpoint endpoint = IpEndpoint.From(new IPEndPoint(found, _backend.Port));
        _backend.SetEndpoint(endpoint);
        if (address.ToString() != _backend.Host)
        {
            _logger.BackendResolved(_pool.Name, _backend.Name, _backend.Host, endpoint.ToString());
        }

        return true;
    }
}
