using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>A <c>[….health]</c> table.</summary>
public sealed record HealthConfig
{
    /// <summary>Kind of probe. Default tcp; none for a pool that only UDP services use.</summary>
    public ProbeType Type { get; init; } = ProbeType.Tcp;

    /// <summary>Time from one probe's start to the next. Default 2 s; at least 10 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Interval while the backend is down. Default zero: as ever; at least 10 ms.</summary>
    public TimeSpan IntervalDown { get; init; }

    /// <summary>
    /// Interval while results in a row contradict the state, and too few to change it. Default zero: as ever; at least
    /// 10 ms.
    /// </summary>
    public TimeSpan IntervalTransition { get; init; }

    /// <summary>Time for one probe. Default 2 s; more than zero.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Good probes in a row that bring a backend up. Default 2; 1 to 1000. The first probe decides alone.
    /// </summary>
    public int Rise { get; init; } = 2;

    /// <summary>Failed probes in a row that take a backend down. Default 3; 1 to 1000.</summary>
    public int Fall { get; init; } = 3;

    /// <summary>Random part of the interval, to either side. Default 0.1; 0 to 1.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>What a backend counts as before its first probe has ended. Default: that probe decides.</summary>
    public InitialState Initial { get; init; }

    /// <summary>Port to probe instead of the backend's own. Default 0: the backend's own.</summary>
    public ushort Port { get; init; }

    /// <summary>
    /// What a <see cref="ProbeType.Udp"/> or <see cref="ProbeType.SendExpect"/> probe sends. Default empty; at most
    /// 1,400 bytes.
    /// </summary>
    public ReadOnlyMemory<byte> Send { get; init; }

    /// <summary>
    /// What the answer to a <see cref="ProbeType.Udp"/> or <see cref="ProbeType.SendExpect"/> probe must contain.
    /// Default empty: of UDP any answer is good.
    /// </summary>
    public AnswerPattern Expect { get; init; } = AnswerPattern.Empty;

    /// <summary>
    /// Whether a <see cref="ProbeType.Udp"/> probe must be answered. False: only ICMP "port unreachable" is a failure.
    /// Default true.
    /// </summary>
    public bool Reply { get; init; } = true;

    /// <summary>
    /// The dialogue of a <see cref="ProbeType.SendExpect"/> probe. Default empty: <see cref="Send"/> and
    /// <see cref="Expect"/> are its only step. At most 32.
    /// </summary>
    public IReadOnlyList<ProbeStep> Steps { get; init; } = [];

    /// <summary>The TLS of a <see cref="ProbeType.Tls"/> probe, and of an HTTP probe that uses it.</summary>
    public TlsProbeConfig Tls { get; init; } = new();

    /// <summary>The request of an <see cref="ProbeType.Http"/> probe.</summary>
    public HttpProbeConfig Http { get; init; } = new();

    /// <summary>
    /// The program of an <see cref="ProbeType.Exec"/> probe by its full path, and its arguments, in which
    /// <c>{address}</c>, <c>{port}</c> and <c>{name}</c> stand for the backend's. Default empty.
    /// </summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>
    /// The address that stream probes and the agent's connection come from. Default any: the kernel chooses.
    /// </summary>
    public IpAddress Source { get; init; }

    /// <summary>The PROXY header that stream probes begin with. Default off; version 2 says LOCAL.</summary>
    public ProxyProtocol ProxyProtocol { get; init; }

    /// <summary>Port of the agent that says what it thinks of its server. Default 0: there is none.</summary>
    public ushort AgentPort { get; init; }

    /// <summary>Time from one question to the agent to the next. Default zero: the interval; at least 10 ms.</summary>
    public TimeSpan AgentInterval { get; init; }

    /// <summary>What the agent is sent before it answers. Default nothing; at most 1,400 bytes.</summary>
    public ReadOnlyMemory<byte> AgentSend { get; init; }

    /// <summary>The probe sees a certificate.</summary>
    internal bool UsesTls => Type == ProbeType.Tls || (Type == ProbeType.Http && Http.Https);
}
