using System.Net;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>
/// Keeps the verdict on one backend: probes it, and has the pool publish when it flips.
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
    private readonly CheckInForce _check;
    private readonly ProbeRunner _probes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _firstVerdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RiseFall _riseFall = new();
    private volatile ProbeStatus? _lastProbe;
    private long _lastRun;

    public BackendMonitor(
        Pool pool, Backend backend, CheckInForce check, ProbeRunner probes, TimeProvider time, ILogger logger)
    {
        _pool = pool;
        _backend = backend;
        _check = check;
        _probes = probes;
        _time = time;
        _logger = logger;
    }

    /// <summary>A probe of the backend was good; it counts already.</summary>
    public event Action<Backend>? FoundGood;

    public Backend Backend => _backend;

    /// <summary>Probes so far, also those that were made for another backend too.</summary>
    public HealthCounters Probes { get; } = new();

    /// <summary>The last one; null where there was none.</summary>
    public ProbeStatus? LastProbe => _lastProbe;

    /// <summary>Completes when the backend has been judged for the first time.</summary>
    public Task FirstVerdict => _firstVerdict.Task;

    private HealthConfig Check => _check.Config;

    /// <summary>Without a probe nothing can change any more.</summary>
    private bool IsDone => Check.Type == ProbeType.None;

    private TimeSpan ProbeTimeout => FrameworkTimer.AtMost(Check.Timeout);

    /// <summary>From the start of one probe to that of the next, as the state is now.</summary>
    private TimeSpan Interval
    {
        get
        {
            TimeSpan special = !_riseFall.HasBegun ? TimeSpan.Zero
                : _riseFall.IsTurning ? Check.IntervalTransition
                : _riseFall.IsUp ? TimeSpan.Zero
                : Check.IntervalDown;
            return special > TimeSpan.Zero ? special : Check.Interval;
        }
    }

    /// <summary>
    /// Watches until cancelled. The backend has its address when this returns; the second probe comes after <paramref
    /// name="offset"/>, which spreads the backends.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunLoopAsync(TimeSpan offset, CancellationToken cancellationToken)
    {
        Task reconsidered = _check.Reconsidered;
        await JudgeAsync(cancellationToken);
        _firstVerdict.TrySetResult();
        TimeSpan wait = FrameworkTimer.AtMost(offset);
        while (true)
        {
            await _check.WaitAsync(IsDone ? Timeout.InfiniteTimeSpan : wait, reconsidered, cancellationToken);
            reconsidered = _check.Reconsidered; // Read before it is judged: what changes meanwhile is not missed.
            long started = await JudgeAsync(cancellationToken);
            wait = _check.LeftOf(Interval, started);
        }
    }

    /// <summary>
    /// Judges once. What goes wrong in it must not end the watch: the last verdict would stand for ever.
    /// </summary>
    /// <returns>When the probe began.</returns>
    private async Task<long> JudgeAsync(CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        try
        {
            return await JudgeOnceAsync(cancellationToken) ?? started;
        }
        catch (Exception exception) when (
            exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _logger.JudgingFailed(exception, _pool.Name, _backend.Name);
            return started;
        }
    }

    private async Task<long?> JudgeOnceAsync(CancellationToken cancellationToken)
    {
        if (!HasAddress()) return null;

        if (Check.Type == ProbeType.None)
        {
            _riseFall = new RiseFall(); // Should there be probes again, the first decides.
            Apply(BackendHealth.Up, "not probed");
            return null;
        }

        bool isNew = !_firstVerdict.Task.IsCompleted; // Not one that was only not probed for a while.
        if (isNew && Check.Initial != InitialState.Probe) BeginUnprobed();
        ProbeRun run = await ProbeAsync(_backend.Endpoint!.Value, cancellationToken);
        _lastRun = run.Number;
        Observe(run);
        return run.StartedAt;
    }

    /// <summary>A probe that comes to no certificate leaves the last one's expiry as it was known.</summary>
    private DateTimeOffset? ExpiryAfter(ProbeResult result) =>
        result.CertificateExpiry ?? (Check.UsesTls ? _lastProbe?.CertificateExpiry : null);

    /// <summary>It has a state before its first probe, which nobody has to wait for.</summary>
    private void BeginUnprobed()
    {
        bool up = Check.Initial == InitialState.Up;
        _riseFall.Begin(up);
        Apply(up ? BackendHealth.Up : BackendHealth.Down, "its initial state");
        _firstVerdict.TrySetResult();
    }

    private Task<ProbeRun> ProbeAsync(IpEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (Check.Port != 0) endpoint = endpoint with { Port = Check.Port };
        TimeSpan timeout = Check.Type == ProbeType.Udp ? UdpTimeout() : ProbeTimeout;
        ProbeTarget target = new(endpoint.ToIPEndPoint(), _backend.HostName, _backend.Name, Check, timeout);
        bool isAwaited = !_firstVerdict.Task.IsCompleted;
        return _probes.RunAsync(new ProbeRequest(target, Interval, _lastRun, isAwaited), cancellationToken);
    }

    private TimeSpan UdpTimeout()
    {
        bool isSilenceGood = !Check.Reply && !_riseFall.HasBegun;
        return isSilenceGood && FirstSilence < ProbeTimeout ? FirstSilence : ProbeTimeout;
    }

    private void Observe(ProbeRun run)
    {
        ProbeResult result = run.Result;
        _lastProbe = new ProbeStatus(run.EndedOn, result.IsGood, result.Text, ExpiryAfter(result));
        if (!result.IsVerdict) return; // What it was before is the better guess.

        Probes.Add(result.IsGood);
        if (_riseFall.Observe(result.IsGood, Check.Rise, Check.Fall))
        {
            Apply(_riseFall.IsUp ? BackendHealth.Up : BackendHealth.Down, result.Text);
        }

        if (result.IsGood) FoundGood?.Invoke(_backend);
    }

    /// <summary>Tells of the verdict, then lets its effect be published.</summary>
    private void Apply(BackendHealth health, string why) => _pool.Change(() =>
    {
        if (_backend.Health == health) return false;

        _backend.SetHealth(health);
        int left = _pool.AvailableNow;
        if (health == BackendHealth.Up) _logger.BackendUp(_pool.Name, _backend.Name, why, left, _pool.Backends.Count);
        else _logger.BackendDown(_pool.Name, _backend.Name, why, left, _pool.Backends.Count);
        return true;
    });

    /// <summary>Makes sure that the backend has an address; one that is only a name has none.</summary>
    private bool HasAddress()
    {
        if (_backend.Endpoint is not null) return true;
        if (!IPAddress.TryParse(_backend.Host, out IPAddress? address)) return false;

        _backend.SetEndpoint(IpEndpoint.From(new IPEndPoint(address, _backend.Port)));
        return true;
    }
}
