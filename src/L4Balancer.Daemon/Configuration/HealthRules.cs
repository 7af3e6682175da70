using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// What a pool's probe comes to once it is known who uses the pool: its kind where nothing names one, and whether the
/// keys beside it go with that kind.
/// </summary>
internal sealed class HealthRules(TableReader defaults, ProblemList problems)
{
    private static readonly string[] UdpKeys = ["send", "expect", "reply"];

    /// <summary>Gives the pool's probe its kind and reports what does not go together.</summary>
    /// <param name="pool">As it was read.</param>
    /// <param name="table">Where its keys stand: <c>[pool.NAME]</c>, or the service with backends of its own.</param>
    /// <param name="isForUdpAlone">Somebody uses it, and only UDP services do.</param>
    public PoolConfig Settle(PoolConfig pool, TableReader table, bool isForUdpAlone)
    {
        TomlEntry? own = Find(table, "type");
        TomlEntry? named = own ?? Find(defaults, "type");

        // A UDP server need not take TCP connections, so that the usual probe would call it down.
        if (named is null && isForUdpAlone) pool = pool with { Health = pool.Health with { Type = ProbeType.None } };

        // A type that is misspelt has been reported, and what goes with it is anybody's guess.
        ProbeType type = pool.Health.Type;
        if (named is { } entry && !KnownKeys.Says(entry.Value, ConfigWords.ProbeTypes, type)) return pool;

        foreach (string key in (ReadOnlySpan<string>)["send", "expect"])
        {
            if (Find(table, key)?.Value is TomlString { Value: var text } written
                && text.StartsWith("0x", StringComparison.Ordinal))
            {
                problems.Warning(
                    written.Position, $"'{key}' is this very text; bytes are written as \"hex:{text[2..]}\"");
            }
        }

        if (type != ProbeType.Udp) ReportVain(table, type);
        else if (pool.Health.Reply && Find(table, "send") is null && Find(defaults, "send") is null)
        {
            problems.Error(
                own?.Value.Position ?? table.Position,
                $"the UDP probe of [{table.Path}] has nothing to send; write send = \"...\", or reply = false "
                + "where nothing answers");
        }

        new VerdictRules(problems).Check(pool, table);
        return pool;
    }

    private void ReportVain(TableReader table, ProbeType type)
    {
        string word = ConfigWords.Of(ConfigWords.ProbeTypes, type);
        foreach (string key in UdpKeys)
        {
            if (Find(table, key) is not { } entry) continue;

            problems.Error(
                entry.KeyPosition,
                $"'{key}' means nothing to a probe of type \"{word}\"; write type = \"udp\" or remove it");
        }
    }

    private static TomlEntry? Find(TableReader table, string key) => table.Find("health", key);
}
