using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;

namespace L4Balancer;

/// <summary>An address that a service listens on, with the port that the kernel chose where it was 0.</summary>
public sealed record BoundListener(string Service, ListenAddress Address, FlowProtocol Protocol)
{
    /// <summary>Address and port.</summary>
    public IpEndpoint Endpoint => Address.Endpoint;

    /// <summary>As in the log: the address, of UDP with the protocol before it.</summary>
    public override string ToString() => Protocol == FlowProtocol.Udp ? $"udp {Address}" : Address.ToString();
}

/// <summary>A service as the outside sees it. Counts are since it was added.</summary>
public sealed record ServiceStatus
{
    /// <summary>The service's name.</summary>
    public required string Name { get; init; }

    /// <summary>The transport.</summary>
    public required FlowProtocol Protocol { get; init; }

    /// <summary>The name of its pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Where it listens; nowhere once it is removed.</summary>
    public required IReadOnlyList<BoundListener> Listeners { get; init; }

    /// <summary>It was removed from the configuration and its last flows have not ended.</summary>
    public required bool IsRemoved { get; init; }

    /// <summary>Sessions open now.</summary>
    public required int Sessions { get; init; }

    /// <summary>Most sessions that were open at once.</summary>
    public required int PeakSessions { get; init; }

    /// <summary>Sessions that may be open at once.</summary>
    public required int MaxSessions { get; init; }

    /// <summary>Connections that wait in its pool's queue, whichever service they came to.</summary>
    public int Queued { get; init; }

    /// <summary>Connections that may wait there.</summary>
    public int QueueSize { get; init; }

    /// <summary>Sessions begun.</summary>
    public required long Accepted { get; init; }

    /// <summary>Sessions ended, by the words of their reasons; those of 0 too.</summary>
    public required IReadOnlyDictionary<string, long> Closed { get; init; }

    /// <summary>Of the sessions ended, those whose reason is an error.</summary>
    public required long Errors { get; init; }

    /// <summary>Flows that went to a further backend after one had failed.</summary>
    public required long Retries { get; init; }

    /// <summary>Bytes from clients.</summary>
    public required long ReceivedFromClients { get; init; }

    /// <summary>Bytes to clients.</summary>
    public required long SentToClients { get; init; }

    /// <summary>Bytes from servers.</summary>
    public required long ReceivedFromServers { get; init; }

    /// <summary>Bytes to servers.</summary>
    public required long SentToServers { get; init; }
}

/// <summary>A backend as the outside sees it. Counts are since it was added.</summary>
public sealed record BackendStatus
{
    /// <summary>The pool's name.</summary>
    public required string Pool { get; init; }

    /// <summary>The backend's name.</summary>
    public required string Name { get; init; }

    /// <summary>Host and port as configured; of what was discovered its address.</summary>
    public required string Address { get; init; }

    /// <summary>
    /// What it was found by, as the configuration writes that: a name, or a file; null where it is configured itself.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>Where it is; null while its name has not been resolved.</summary>
    public required IpEndpoint? Endpoint { get; init; }

    /// <summary>True when new flows may go there.</summary>
    public required bool IsAvailable { get; init; }

    /// <summary>It was removed from the configuration and its last flows have not ended.</summary>
    public required bool IsRemoved { get; init; }

    /// <summary>What the operator wants of it.</summary>
    public required AdminState Admin { get; init; }

    /// <summary>What the probes say of it.</summary>
    public required BackendHealth Health { get; init; }

    /// <summary>Out for a while because connects of real flows failed.</summary>
    public required bool IsEjected { get; init; }

    /// <summary>Where it stands in its pool.</summary>
    public BackendPlace Place { get; init; } = new(0, "", IsForced: false);

    /// <summary>
    /// All of it as one word: removed, maint, drain, shifted, agent_maint, agent_drain, unresolved, unknown, down,
    /// agent_down, ejected, standby, subset or up.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Since when it has that state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Share of new flows relative to the others; 0 takes none.</summary>
    public required int Weight { get; init; }

    /// <summary>What the configuration says; another <see cref="Weight"/> was set at run time.</summary>
    public required int ConfiguredWeight { get; init; }

    /// <summary>Percent of its weight that count now: fewer than 100 while it starts slowly.</summary>
    public int WeightFactor { get; init; } = Backend.WholeWeight;

    /// <summary>
    /// Share of new flows that it gets while none is full, 0 to 1; null where its pool's policy cannot know.
    /// </summary>
    public required double? Share { get; init; }

    /// <summary>Sessions it holds.</summary>
    public required int ActiveConnections { get; init; }

    /// <summary>Sessions that it may hold; 0: as many as come.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Sessions it was given.</summary>
    public required long TotalConnections { get; init; }

    /// <summary>Connects of real flows that failed.</summary>
    public required long ConnectErrors { get; init; }

    /// <summary>How often it was ejected.</summary>
    public required long Ejections { get; init; }

    /// <summary>Until when it is ejected; null while it is not.</summary>
    public required DateTimeOffset? EjectedUntil { get; init; }

    /// <summary>The last probe; null where there was none.</summary>
    public required ProbeStatus? LastProbe { get; init; }

    /// <summary>What its agent has said; null where it has none, or that has said nothing.</summary>
    public AgentStatus? Agent { get; init; }

    /// <summary>When its flows are ended; null where it does not drain, or may do so for ever.</summary>
    public required DateTimeOffset? DrainDeadline { get; init; }
}

/// <summary>How it goes with something that backends are found by.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Source">A name or a file, as the configuration writes it.</param>
/// <param name="LastSuccess">When it last had an answer, or could be read; null where it never did.</param>
/// <param name="Error">What went wrong the last time; null where nothing did.</param>
public sealed record SourceStatus(string Pool, string Source, DateTimeOffset? LastSuccess, string? Error);

/// <summary>Whose part of the hash space is whose, at some evenly spread places of the circle.</summary>
/// <param name="Backends">Their names.</param>
/// <param name="Shares">The share of each, 0 to 1, exact.</param>
/// <param name="Owners">For each place the index of its owner.</param>
public sealed record RingPicture(
    IReadOnlyList<string> Backends, IReadOnlyList<double> Shares, IReadOnlyList<int> Owners)
{
    /// <summary>The picture of a pool without an available backend.</summary>
    public static RingPicture Empty { get; } = new([], [], []);
}

/// <summary>What a new configuration came to.</summary>
/// <param name="Changes">What it changed, a line each; none where it was the same.</param>
/// <param name="Warnings">What will only change at the next start, a line each.</param>
public sealed record ApplyResult(IReadOnlyList<string> Changes, IReadOnlyList<string> Warnings);
