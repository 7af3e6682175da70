using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>The words that the configuration has for the members of an enumeration.</summary>
internal static class ConfigWords
{
    /// <summary>The transports.</summary>
    public static readonly (string Word, FlowProtocol Value)[] Protocols =
        [("tcp", FlowProtocol.Tcp), ("udp", FlowProtocol.Udp)];

    /// <summary>The ways to choose a backend.</summary>
    public static readonly (string Word, BalancePolicy Value)[] Policies =
    [
        ("ring", BalancePolicy.Ring), ("maglev", BalancePolicy.Maglev), ("round_robin", BalancePolicy.RoundRobin),
        ("random", BalancePolicy.Random), ("power_of_two", BalancePolicy.PowerOfTwo),
        ("least_connections", BalancePolicy.LeastConnections), ("least_latency", BalancePolicy.LeastLatency),
        ("least_traffic", BalancePolicy.LeastTraffic),
    ];

    /// <summary>What becomes of flows without an available backend.</summary>
    public static readonly (string Word, WhenDown Value)[] WhenDown =
        [("refuse", Config.WhenDown.Refuse), ("open", Config.WhenDown.Open)];

    /// <summary>What of a flow is hashed; <c>source/V4,V6</c> stands beside them.</summary>
    public static readonly (string Word, HashOn Value)[] HashedParts =
        [("5-tuple", HashOn.FiveTuple), ("source", HashOn.Source)];

    /// <summary>The kinds of probes.</summary>
    public static readonly (string Word, ProbeType Value)[] ProbeTypes =
    [
        ("tcp", ProbeType.Tcp), ("tls", ProbeType.Tls), ("http", ProbeType.Http),
        ("send_expect", ProbeType.SendExpect), ("udp", ProbeType.Udp), ("exec", ProbeType.Exec),
        ("none", ProbeType.None),
    ];

    /// <summary>The methods of HTTP probes; the rest changes something, or is no plain request.</summary>
    public static readonly (string Word, string Value)[] ProbeMethods =
        [("GET", "GET"), ("HEAD", "HEAD"), ("OPTIONS", "OPTIONS"), ("POST", "POST")];

    /// <summary>What happens to the connections of a backend that goes down.</summary>
    public static readonly (string Word, OnDown Value)[] DownFlows =
        [("keep", OnDown.Keep), ("close", OnDown.Close)];

    /// <summary>What backends count as before they are judged.</summary>
    public static readonly (string Word, InitialState Value)[] InitialStates =
        [("probe", InitialState.Probe), ("up", InitialState.Up), ("down", InitialState.Down)];

    /// <summary>What ends an ejection.</summary>
    public static readonly (string Word, Reinstatement Value)[] Reinstatements =
        [("time", Reinstatement.Time), ("probe", Reinstatement.Probe)];

    /// <summary>The versions of the PROXY protocol.</summary>
    public static readonly (string Word, ProxyProtocol Value)[] ProxyProtocols =
        [("off", ProxyProtocol.Off), ("v1", ProxyProtocol.V1), ("v2", ProxyProtocol.V2)];

    /// <summary>The levels of the log.</summary>
    public static readonly (string Word, LogLevelName Value)[] LogLevels =
    [
        ("debug", LogLevelName.Debug), ("info", LogLevelName.Info), ("warning", LogLevelName.Warning),
        ("error", LogLevelName.Error),
    ];

    /// <summary>The forms of a log line.</summary>
    public static readonly (string Word, LogFormat Value)[] LogFormats =
    [
        ("auto", LogFormat.Auto), ("text", LogFormat.Text), ("json", LogFormat.Json),
        ("journald", LogFormat.Journald),
    ];

    /// <summary>The flows that leave a record; <c>1/N</c> stands beside them.</summary>
    public static readonly (string Word, FlowLogFilter Value)[] FlowFilters =
        [("all", FlowLogFilter.All), ("errors", FlowLogFilter.OnlyErrors), ("none", FlowLogFilter.None)];

    /// <summary>The word for a value that has one.</summary>
    public static string Of<T>((string Word, T Value)[] words, T value) where T : notnull =>
        words.First(known => known.Value.Equals(value)).Word;
}
