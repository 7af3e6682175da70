using System.Globalization;
using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys of the configuration, but those of pools (<see cref="PoolKeys"/>), each on one line: its name, its type,
/// its range, and the value it has when it is absent. A new key is one line here and one in its record.
/// </summary>
internal static class KnownKeys
{
    private const int MostShards = 256;
    private const int MostProbes = 65_536;
    private const int LongestBacklog = 65_535;
    private const int MostAttempts = 16;
    private const int MostResponses = 1_000_000;

    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);

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
        MaxProbes = table.Integer("max_probes", fallback.MaxProbes, 1, MostProbes),
        Zone = FleetKeys.Zone(table, fallback.Zone),
        AllowExec = table.Boolean("allow_exec", fallback.AllowExec),
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
