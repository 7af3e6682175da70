using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// What a pool's probe comes to once it is known who uses the pool: its kind where nothing names one, and whether the
/// keys beside it go with that kind. In <c>[defaults]</c> the keys of all kinds may stand side by side.
/// </summary>
internal sealed class HealthRules(TableReader defaults, GlobalConfig global, ProblemList problems)
{
    /// <summary>The keys that some kinds have alone.</summary>
    private static readonly (string Key, ProbeType[] Types)[] Owners =
    [
        ("send", [ProbeType.SendExpect, ProbeType.Udp]),
        ("expect", [ProbeType.SendExpect, ProbeType.Udp]),
        ("reply", [ProbeType.Udp]),
        ("steps", [ProbeType.SendExpect]),
        ("method", [ProbeType.Http]),
        ("path", [ProbeType.Http]),
        ("host", [ProbeType.Http]),
        ("status", [ProbeType.Http]),
        ("body", [ProbeType.Http]),
        ("https", [ProbeType.Http]),
        ("tls", [ProbeType.Tls, ProbeType.Http]),
        ("command", [ProbeType.Exec]),
    ];

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

        ReportVain(table, pool.Health);
        if (Missing(pool.Health, table) is { } missing)
        {
            problems.Error(own?.Value.Position ?? table.Position, missing);
        }

        new VerdictRules(problems).Check(pool, table);
        return pool;
    }

    private void ReportVain(TableReader table, HealthConfig health)
    {
        string word = ConfigWords.Of(ConfigWords.ProbeTypes, health.Type);
        foreach ((string key, ProbeType[] types) in Owners)
        {
            if (types.Contains(health.Type) || Find(table, key) is not { } entry) continue;

            string possible =
                Listing.Or([.. types.Select(static one => ConfigWords.Of(ConfigWords.ProbeTypes, one))]);
            problems.Error(
                entry.KeyPosition,
                $"'{key}' means nothing to a probe of type \"{word}\"; write type = {possible} or remove it");
        }

        if (health is { Type: ProbeType.Http, Http.Https: false } && Find(table, "tls") is { } tls)
        {
            problems.Error(
                tls.KeyPosition, "'tls' means nothing to an HTTP probe without TLS; write https = true or remove it");
        }

        if (health is { Type: ProbeType.SendExpect, Steps.Count: > 0 }
            && (Find(table, "send") ?? Find(table, "expect")) is { } single)
        {
            problems.Error(
                single.KeyPosition, $"'{single.Key}' is a dialogue of one step, and 'steps' another; keep one of them");
        }
    }

    /// <summary>What the probe cannot do without, or may not do; null where nothing is missing.</summary>
    private string? Missing(HealthConfig health, TableReader table) => health switch
    {
        { Type: ProbeType.Udp, Reply: true } when Find(table, "send") is null && Find(defaults, "send") is null =>
            $"the UDP probe of [{table.Path}] has nothing to send; write send = \"...\", or reply = false where "
            + "nothing answers",
        { Type: ProbeType.SendExpect, Steps.Count: 0, Expect.IsEmpty: true } =>
            $"the probe of [{table.Path}] expects nothing; write expect = \"...\", or steps of which one does",
        { Type: ProbeType.SendExpect, Steps: { Count: > 0 } steps } when !steps.Any(static step => step.Waits) =>
            $"the probe of [{table.Path}] expects nothing; write expect = \"...\" in one of its steps",
        { Type: ProbeType.Exec } when !global.AllowExec =>
            $"the probe of [{table.Path}] runs a program, which allow_exec = true in [global] has to permit",
        { Type: ProbeType.Exec, Command.Count: 0 } =>
            $"the probe of [{table.Path}] has no program to run; write command = [\"/full/path\", \"argument\"]",
        _ => null,
    };

    private static TomlEntry? Find(TableReader table, string key) => table.Find("health", key);
}
