using System.Globalization;
using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys of the configuration, each on one line: its name, its type, its range, and the value it has when it is
/// absent. A new key is one line here and one in its record.
/// </summary>
internal static class KnownKeys
{
    private const int MostShards = 256;
    private const int LongestBacklog = 65_535;
    private const int MostAttempts = 16;
    private const int MostProbes = 1000;
    private const int MostProbeBytes = 1400; // One datagram on any network.
    private const int MostResponses = 1_000_000;

    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>True where a node is the word for a value.</summary>
    public static bool Says<T>(TomlNode node, (string Word, T Value)[] words, T value) =>
        node is TomlString { Value: var text } && words.Contains((text, value));

    /// <summary>The <c>[global]</c> table.</summary>
    public static GlobalConfig Global(TableReader table, GlobalConfig fallback) => new()
    {
        Shards = table.Integer("shards", fallback.Shards, 0, MostShards),
        MaxConnections = table.Integer("max_connections", fallback.MaxConnections, 0, int.MaxValue),
        ShutdownDrain = table.Duration("shutdown_drain", fallback.ShutdownDrain),
        DrainNotice = table.Duration("drain_notice", fallback.DrainNotice),
        HashSeed = (ulong)table.Integer("hash_seed", (long)fallback.HashSeed, 0, long.MaxValue),
    };

    /// <summary>The <c>[log]</c> table.</summary>
    public static LogConfig Log(TableReader table, LogConfig fallback) => new()
    {
        Level = table.Word("level", fallback.Level, ConfigWords.LogLevels),
        Format = table.Word("format", fallback.Format, ConfigWords.LogFormats),
        Flows = Flows(table, fallback.Flows),
    };

    /// <summary>The keys of a service that may also stand in <c>[defaults]</c>, but for those of its pool.</summary>
    public static ServiceConfig Service(TableReader table, ServiceConfig fallback) => fallback with
    {
        Protocol = table.Word("protocol", fallback.Protocol, ConfigWords.Protocols),
        MaxConnections = table.Integer("max_connections", fallback.MaxConnections, 0, int.MaxValue),
        Backlog = table.Integer("backlog", fallback.Backlog, 1, LongestBacklog),
        Freebind = table.Boolean("freebind", fallback.Freebind),
        Timeouts = Timeouts(table.Table("timeouts"), fallback.Timeouts),
        RetryAttempts = table.Table("retry").Integer("attempts", fallback.RetryAttempts, 1, MostAttempts),
        Udp = Udp(table.Table("udp"), fallback.Udp),
    };

    /// <summary>The keys of a pool that may also stand in <c>[defaults]</c>.</summary>
    public static PoolConfig Pool(TableReader table, PoolConfig fallback) => fallback with
    {
        Balance = table.Word("balance", fallback.Balance, ConfigWords.Policies),
        HashOn = table.Word("hash_on", fallback.HashOn, ConfigWords.HashedParts),
        Health = Health(table.Table("health"), fallback.Health),
        Ejection = Ejection(table.Table("ejection"), fallback.Ejection),
        DrainTimeout = table.Table("drain").Duration("timeout", fallback.DrainTimeout),
    };

    private static TimeoutConfig Timeouts(TableReader table, TimeoutConfig fallback) => new()
    {
        Connect = table.Duration("connect", fallback.Connect, MoreThanZero),
        Idle = table.Duration("idle", fallback.Idle),
        HalfClose = table.Duration("half_close", fallback.HalfClose),
        Lifetime = table.Duration("lifetime", fallback.Lifetime),
    };

    private static UdpConfig Udp(TableReader table, UdpConfig fallback)
    {
        UdpConfig udp = new()
        {
            Responses = table.Integer("responses", fallback.Responses, 0, MostResponses),
            OneWay = table.Boolean("one_way", fallback.OneWay),
            MaxSessions = table.Integer("max_sessions", fallback.MaxSessions, 0, int.MaxValue),
            DenySourcePorts = table.Ports("deny_source_ports", fallback.DenySourcePorts),
        };
        return udp is { OneWay: true, Responses: > 0 } && (table.Node("responses") ?? table.Node("one_way")) is { } at
            ? table.Reject(at, "one_way = true leaves no replies that 'responses' could count; "
                + "write responses = 0 or one_way = false", fallback)
            : udp;
    }

    private static HealthConfig Health(TableReader table, HealthConfig fallback)
    {
        HealthConfig health = new()
        {
            Type = table.Word("type", fallback.Type, ConfigWords.ProbeTypes),
            Interval = table.Duration("interval", fallback.Interval, ShortestInterval),
            Timeout = table.Duration("timeout", fallback.Timeout, MoreThanZero),
            Rise = table.Integer("rise", fallback.Rise, 1, MostProbes),
            Fall = table.Integer("fall", fallback.Fall, 1, MostProbes),
            Jitter = table.Share("jitter", fallback.Jitter),
            Port = table.Port("port", fallback.Port),
            Send = table.Bytes("send", fallback.Send, MostProbeBytes),
            Expect = table.Bytes("expect", fallback.Expect, MostProbeBytes),
            Reply = table.Boolean("reply", fallback.Reply),
        };
        bool contradicts = health is { Reply: false, Expect.IsEmpty: false };
        return contradicts && (table.Node("expect") ?? table.Node("reply")) is { } at
            ? table.Reject(at, "'expect' says what an answer must contain, and reply = false that none need come; "
                + "remove one of them", fallback)
            : health;
    }

    private static EjectionConfig Ejection(TableReader table, EjectionConfig fallback)
    {
        EjectionConfig ejection = new()
        {
            Failures = table.Integer("failures", fallback.Failures, 0, int.MaxValue),
            Base = table.Duration("base", fallback.Base, MoreThanZero),
            Max = table.Duration("max", fallback.Max, MoreThanZero),
            MaxEjected = table.Share("max_ejected", fallback.MaxEjected),
        };
        return ejection.Max < ejection.Base && (table.Node("base") ?? table.Node("max")) is { } at
            ? table.Reject(at, $"'base' ({DurationSyntax.Format(ejection.Base)}) is longer than 'max' "
                + $"({DurationSyntax.Format(ejection.Max)})", fallback)
            : ejection;
    }

    private static FlowLogFilter Flows(TableReader table, FlowLogFilter fallback)
    {
        const string Share = "1/";
        if (table.Node("flows") is TomlString { Value: var text } && text.StartsWith(Share, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Share.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int oneIn)
            && oneIn > 0)
        {
            return new FlowLogFilter(true, oneIn);
        }

        return table.WordOrForm("flows", fallback, "1/N", ConfigWords.FlowFilters);
    }
}
