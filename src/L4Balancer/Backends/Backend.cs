using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Backends;

/// <summary>
/// One server: who it is, whether it can be used, and how much it has to do. The control plane writes its state (one
/// writer at a time: its pool); counts are changed by all shards, once or twice a session.
/// </summary>
internal sealed class Backend(BackendConfig config)
{
    private readonly long[] _connectErrors = new long[ConnectErrors.Count];
    private readonly long[] _transitions = new long[2];
    private int _active;
    private int _failuresInRow;
    private long _total;
    private volatile ResolvedEndpoint? _endpoint;
    private volatile BackendHealth _health;
    private volatile bool _ejected;

    public string Name => config.Name;

    public string Host => config.Host;

    public ushort Port => config.Port;

    public int Weight => config.Weight;

    /// <summary>Where it is; null while its name has not been resolved.</summary>
    public IpEndpoint? Endpoint => _endpoint?.Value;

    public BackendHealth Health => _health;

    /// <summary>Out for a while because connects of real flows failed.</summary>
    public bool IsEjected => _ejected;

    /// <summary>New flows may go there.</summary>
    public bool IsAvailable => Weight > 0 && KeepsFlows;

    /// <summary>The flows it has may stay, where they are able to move. Read for every burst of datagrams.</summary>
    public bool KeepsFlows => _health == BackendHealth.Up && !_ejected && _endpoint is not null;

    /// <summary>The state as one word: unresolved, unknown, down, ejected or up.</summary>
    public string StateText => this switch
    {
        { Endpoint: null } => "unresolved",
        { Health: BackendHealth.Unknown } => "unknown",
        { Health: BackendHealth.Down } => "down",
        { IsEjected: true } => "ejected",
        _ => "up",
    };

    /// <summary>Sessions that have it as their server or try to.</summary>
    public int ActiveSessions => Volatile.Read(ref _active);

    /// <summary>Sessions established since the start.</summary>
    public long TotalSessions => Volatile.Read(ref _total);

    /// <summary>How long successful connects took, in seconds.</summary>
    public ConnectDurations ConnectDurations { get; } = new();

    /// <summary>Failures of connects by kind.</summary>
    public long ConnectErrorCount(ConnectError error) => Volatile.Read(ref _connectErrors[(int)error]);

    /// <summary>How often probes brought it up or took it down.</summary>
    public long Transitions(bool up) => Volatile.Read(ref _transitions[up ? 1 : 0]);

    /// <summary>A session begins to connect.</summary>
    public void BeginSession() => Interlocked.Increment(ref _active);

    /// <summary>Its session is established.</summary>
    public void CountEstablished(TimeSpan connectTime)
    {
        CountEstablished();
        ConnectDurations.Record(connectTime);
    }

    /// <summary>As the other, where there is nothing to wait for.</summary>
    public void CountEstablished() => Interlocked.Increment(ref _total);

    /// <summary>Its session ended, or the connect failed.</summary>
    public void EndSession() => Interlocked.Decrement(ref _active);

    /// <summary>A connect failed.</summary>
    public void CountConnectError(ConnectError error) => Interlocked.Increment(ref _connectErrors[(int)error]);

    /// <summary>A real flow failed with it.</summary>
    /// <returns>Failures since the last success.</returns>
    public int CountFailure() => Interlocked.Increment(ref _failuresInRow);

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

    /// <summary>Ejects or reinstates. Control plane.</summary>
    internal void SetEjected(bool ejected) => _ejected = ejected;

    /// <summary>An endpoint is too large to be written at once; a reference is not.</summary>
    private sealed record ResolvedEndpoint(IpEndpoint Value);
}
