using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;

namespace L4Balancer.Backends;

/// <summary>
/// One server: who it is, whether it can be used, and how much it has to do. The control plane writes its state (one
/// writer at a time: its pool); counts are changed by all shards, once or twice a session. It is the same for as long
/// as name and address stay, also over a change of the configuration.
/// </summary>
internal sealed partial class Backend(BackendConfig config)
{
    /// <summary>A deadline that does not come.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The <see cref="WeightFactor"/> of a backend that has its whole weight.</summary>
    public const int WholeWeight = 100;

    private const int NotSet = -1;

    /// <summary>16 KiB: every burst of a bulk transfer, and few of the others.</summary>
    private const int TrafficPortionBits = 14;

    private readonly long[] _connectErrors = new long[ConnectErrors.Count];
    private readonly long[] _transitions = new long[2];
    private int _failuresInRow;
    private long _total;
    private volatile ResolvedEndpoint? _endpoint;
    private volatile BackendHealth _health;
    private volatile bool _ejected;
    private volatile bool _pending;
    private volatile bool _removed;
    private volatile bool _flowsStay;
    private long _drainDeadline = Never;
    private volatile AdminState _admin;
    private volatile BackendConfig _config = config;
    private volatile int _configuredWeight = config.Weight;
    private volatile int _runtimeWeight = NotSet;
    private volatile int _weightFactor = WholeWeight;
    private volatile PeakAverage? _latency;
    private volatile DecayingSum? _traffic;
    private string? _notedState;

    /// <summary>What it is called. One that was found by a name may come to be called otherwise.</summary>
    public string Name => _config.Name;

    public string Host => _config.Host;

    public ushort Port => _config.Port;

    /// <summary>Its host as who asks it would call it: the name where there is one.</summary>
    public string HostName => _config.HostName ?? _config.Host;

    /// <summary>What it was found by; null where it is configured itself.</summary>
    public string? Source => _config.Source;

    /// <summary>
    /// Share of new flows relative to the others: what was set at run time, otherwise what the agent says, otherwise as
    /// configured.
    /// </summary>
    public int Weight => _runtimeWeight is var set and not NotSet ? set : _agent.Weight ?? _configuredWeight;

    public int ConfiguredWeight => _configuredWeight;

    /// <summary>Percent of its weight that count now, 1 to 100: fewer than all while it starts slowly.</summary>
    public int WeightFactor => _weightFactor;

    /// <summary>True where a configuration means this one.</summary>
    public bool Is(BackendConfig other) => BackendIdentity.Of(other) == Identity;

    /// <summary>What makes it the same over changes of the configuration.</summary>
    public BackendIdentity Identity => BackendIdentity.Of(_config);

    /// <summary>Where it is; null while its name has not been resolved.</summary>
    public IpEndpoint? Endpoint => _endpoint?.Value;

    public BackendHealth Health => _health;

    /// <summary>Out for a while because connects of real flows failed.</summary>
    public bool IsEjected => _ejected;

    /// <summary>What the operator wants of it, whatever its probes say.</summary>
    public AdminState Admin => _admin;

    /// <summary>It was removed from the configuration; the flows it has may end.</summary>
    public bool IsRemoved => _removed;

    /// <summary>It is judged before its configuration is in force.</summary>
    public bool IsPending => _pending;

    /// <summary>
    /// New flows may go there as far as it depends on the operator and on what the agent wants: what probes and
    /// failures say is left aside.
    /// </summary>
    public bool IsWanted => Weight > 0 && _admin == AdminState.Ready && !_removed && !_pending && !_shifted
        && _endpoint is not null && _agent is { Admin: AdminState.Ready, Percent: > 0 };

    /// <summary>New flows may go there.</summary>
    public bool IsAvailable => IsWanted && IsHealthy;

    /// <summary>
    /// What a pick has chosen can be used still: it is available, or its pool uses it whatever its probes say.
    /// </summary>
    public bool TakesFlows => IsWanted && (IsHealthy || _forced);

    /// <summary>The flows it has may stay, where they are able to move. Read for every burst of datagrams.</summary>
    public bool KeepsFlows => (IsHealthy || _forced) && _endpoint is not null
        && _admin != AdminState.Maint && _agent.Admin != AdminState.Maint && (!_removed || _flowsStay);

    private bool IsHealthy => _health == BackendHealth.Up && !_ejected && !_agent.IsDown;

    /// <summary>It gets no new flows, and when those it has may be ended is to be watched.</summary>
    public bool IsDraining => _removed || _admin == AdminState.Drain;

    /// <summary>
    /// When what it holds while it drains is ended, by the time's timestamps, or <see cref="Never"/>.
    /// </summary>
    public long DrainDeadline => Volatile.Read(ref _drainDeadline);

    /// <summary>Since when <see cref="StateText"/> is what it is.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>
    /// The state as one word. What an operator wants comes before what the agent wants, that before what the probes
    /// say, and that before what its pool makes of it.
    /// </summary>
    public string StateText => this switch
    {
        { IsRemoved: true } => "removed",
        { Admin: AdminState.Maint } => "maint",
        { Admin: AdminState.Drain } => "drain",
        { IsShifted: true } => "shifted",
        { Agent.Admin: AdminState.Maint } => "agent_maint",
        { Agent.Admin: AdminState.Drain } => "agent_drain",
        { Endpoint: null } => "unresolved",
        { Health: BackendHealth.Unknown } => "unknown",
        { Health: BackendHealth.Down } => "down",
        { Agent.IsDown: true } => "agent_down",
        { IsEjected: true } => "ejected",
        { Use: BackendUse.Standby } => "standby",
        { Use: BackendUse.Subset } => "subset",
        _ => "up",
    };

    /// <summary>Sessions established since the start.</summary>
    public long TotalSessions => Volatile.Read(ref _total);

    /// <summary>How long successful connects took, in seconds.</summary>
    public SharedHistogram ConnectDurations { get; } =
        new([0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]);

    /// <summary>
    /// How long it has taken lately to connect and to send a first byte; null where its pool's policy does not ask.
    /// </summary>
    public PeakAverage? Latency => _latency;

    /// <summary>Bytes moved lately, either way; null where its pool's policy does not ask.</summary>
    public DecayingSum? Traffic => _traffic;

    /// <summary>Failures of connects by kind.</summary>
    public long ConnectErrorCount(ConnectError error) => Volatile.Read(ref _connectErrors[(int)error]);

    /// <summary>How often probes brought it up or took it down.</summary>
    public long Transitions(bool up) => Volatile.Read(ref _transitions[up ? 1 : 0]);

    /// <summary>Its session is established.</summary>
    public void CountEstablished(TimeSpan connectTime)
    {
        CountEstablished();
        ConnectDurations.Record(connectTime);
    }

    /// <summary>As the other, where there is nothing to wait for.</summary>
    public void CountEstablished() => Interlocked.Increment(ref _total);

    /// <summary>A connect failed.</summary>
    public void CountConnectError(ConnectError error) => Interlocked.Increment(ref _connectErrors[(int)error]);

    /// <summary>A session has moved bytes. They reach <see cref="Traffic"/> a portion at a time.</summary>
    /// <param name="before">Bytes that it had moved before.</param>
    /// <param name="bytes">How many more.</param>
    /// <param name="now">In ticks of the shard's clock.</param>
    public void CountTraffic(long before, int bytes, long now)
    {
        long portions = ((before + bytes) >> TrafficPortionBits) - (before >> TrafficPortionBits);
        if (portions > 0) _traffic?.Add(portions << TrafficPortionBits, now);
    }

    /// <summary>A session is over: what it has moved beyond its last portion counts too.</summary>
    public void CountLastTraffic(long all, long now)
    {
        long rest = all & ((1 << TrafficPortionBits) - 1);
        if (rest > 0) _traffic?.Add(rest, now);
    }

    /// <summary>A real flow got an answer. Writes only where that is news: every shard calls it often.</summary>
    public void ForgetFailures()
    {
        if (Volatile.Read(ref _failuresInRow) != 0) Volatile.Write(ref _failuresInRow, 0);
    }

    /// <summary>Its address is known. Control plane.</summary>
    internal void SetEndpoint(IpEndpoint endpoint) => _endpoint = new ResolvedEndpoint(endpoint);

    /// <summary>A verdict of the probes. Control plane.</summary>
    internal void SetHealth(BackendHealth health)
    {
        if (_health == health) return;

        _health = health;
        Interlocked.Increment(ref _transitions[health == BackendHealth.Up ? 1 : 0]);
    }

    /// <summary>Says what sessions are to measure. What is measured already goes on. Control plane.</summary>
    internal void Measure(bool latency, bool traffic)
    {
        _latency = latency ? _latency ?? new PeakAverage() : null;
        _traffic = traffic ? _traffic ?? new DecayingSum() : null;
    }

    /// <summary>Ejects or reinstates. Control plane.</summary>
    internal void SetEjected(bool ejected) => _ejected = ejected;

    /// <summary>
    /// Says what the operator wants of it, and when what it still holds is to be ended. Control plane.
    /// </summary>
    internal void SetAdmin(AdminState state, long drainDeadline)
    {
        Volatile.Write(ref _drainDeadline, drainDeadline);
        _admin = state;
    }

    /// <summary>Sets the weight at run time; null returns to the configured one. Control plane.</summary>
    internal void SetWeight(int? weight) => _runtimeWeight = weight ?? NotSet;

    /// <summary>Sets <see cref="WeightFactor"/>. Control plane.</summary>
    internal void SetWeightFactor(int percent) => _weightFactor = percent;

    /// <summary>
    /// It is configured otherwise, which counts from now on; another weight ends the one set at run time. Control
    /// plane.
    /// </summary>
    internal void Configure(BackendConfig next)
    {
        _config = next;
        SetLimit();
        (_tier, _zone) = (next.Tier, next.Zone);
        if (_configuredWeight == next.Weight) return;

        _configuredWeight = next.Weight;
        _runtimeWeight = NotSet;
    }

    /// <summary>
    /// It is judged before its configuration is in force, and takes no flows before that. Control plane.
    /// </summary>
    internal void SetPending(bool pending) => _pending = pending;

    /// <summary>It is no longer in the configuration. Control plane.</summary>
    /// <param name="drainDeadline">When the flows it has are ended.</param>
    /// <param name="flowsStay">Flows that could move stay too.</param>
    internal void Remove(long drainDeadline, bool flowsStay)
    {
        Volatile.Write(ref _drainDeadline, drainDeadline);
        _flowsStay = flowsStay;
        _removed = true;
    }

    /// <summary>Notes the time where the state is another than at the last call. Control plane.</summary>
    internal void NoteState(DateTimeOffset now)
    {
        string state = StateText;
        if (state == _notedState) return;

        _notedState = state;
        Since = now;
    }

    /// <summary>An endpoint is too large to be written at once; a reference is not.</summary>
    private sealed record ResolvedEndpoint(IpEndpoint Value);
}
