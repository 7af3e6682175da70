using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a pool's <c>[….health]</c> table; see <see cref="KnownKeys"/>.</summary>
internal static class HealthKeys
{
    private const int MostProbes = 1000;
    private const int MostAgentBytes = 1400;

    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads them.</summary>
    public static HealthConfig Read(TableReader table, HealthConfig fallback)
    {
        HealthConfig health = new()
        {
            Type = table.Word("type", fallback.Type, ConfigWords.ProbeTypes),
            Interval = table.Duration("interval", fallback.Interval, ShortestInterval),
            IntervalDown = Interval(table, "interval_down", fallback.IntervalDown),
            IntervalTransition = Interval(table, "interval_transition", fallback.IntervalTransition),
            Timeout = table.Duration("timeout", fallback.Timeout, MoreThanZero),
            Rise = table.Integer("rise", fallback.Rise, 1, MostProbes),
            Fall = table.Integer("fall", fallback.Fall, 1, MostProbes),
            Jitter = table.Share("jitter", fallback.Jitter),
            Initial = table.Word("initial", fallback.Initial, ConfigWords.InitialStates),
            Port = table.Port("port", fallback.Port),
            Source = table.Address("source", fallback.Source),
            ProxyProtocol = table.Word("proxy_protocol", fallback.ProxyProtocol, ConfigWords.ProxyProtocols),
        };
        health = ProbeKeys.Read(table, health, fallback);
        health = ReadAgent(table, health, fallback);
        bool contradicts = health is { Reply: false, Expect.IsEmpty: false };
        return contradicts && (table.Node("expect") ?? table.Node("reply")) is { } at
            ? table.Reject(at, "'expect' says what an answer must contain, and reply = false that none need come; "
                + "remove one of them", fallback)
            : health;
    }

    private static HealthConfig ReadAgent(TableReader table, HealthConfig health, HealthConfig fallback)
    {
        health = health with
        {
            AgentPort = table.Port("agent_port", fallback.AgentPort),
            AgentInterval = Interval(table, "agent_interval", fallback.AgentInterval),
            AgentSend = table.Bytes("agent_send", fallback.AgentSend, MostAgentBytes),
        };
        if (health.AgentPort != 0) return health;

        string? vain = health.AgentInterval > TimeSpan.Zero ? "agent_interval"
            : health.AgentSend.IsEmpty ? null
            : "agent_send";
        if (vain is not null && table.Node(vain) is { } at)
        {
            table.Reject(at, $"'{vain}' needs an agent; write agent_port = PORT or remove it", fallback);
        }

        return health;
    }

    /// <summary>An interval beside the usual one; "0s" is the usual one.</summary>
    private static TimeSpan Interval(TableReader table, string key, TimeSpan fallback)
    {
        TimeSpan interval = table.Duration(key, fallback);
        return interval == TimeSpan.Zero || interval >= ShortestInterval
            ? interval
            : table.Reject(
                table.Node(key)!, $"'{key}' must be 0s, for that of 'interval', or at least "
                + $"{DurationSyntax.Format(ShortestInterval)}", fallback);
    }
}
