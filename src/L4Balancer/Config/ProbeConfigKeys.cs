using static L4Balancer.Config.ConfigText;

namespace L4Balancer.Config;

/// <summary>The keys of a pool's <c>health</c> table that belong to some kinds of probes alone.</summary>
internal static class ProbeConfigKeys
{
    /// <summary>All of them.</summary>
    public static readonly ConfigKey<PoolConfig>[] All =
    [
        Text("health.send", static health => Bytes(health.Send), SendsOnce),
        Text("health.expect", static health => Pattern(health.Expect), SendsOnce),
        new("health.reply", static pool => Boolean(pool.Health.Reply)) { Concerns = Is(ProbeType.Udp) },
        new("health.steps", static pool => Steps(pool.Health.Steps)) { Concerns = HasSteps },
        Text("health.method", static health => health.Http.Method, Is(ProbeType.Http)),
        Text("health.path", static health => health.Http.Path, Is(ProbeType.Http)),
        Text("health.host", static health => health.Http.Host, Is(ProbeType.Http)),
        Text("health.status", static health => health.Http.Status.ToString(), Is(ProbeType.Http)),
        Text("health.body", static health => Pattern(health.Http.Body), Is(ProbeType.Http)),
        new("health.https", static pool => Boolean(pool.Health.Http.Https)) { Concerns = Is(ProbeType.Http) },
        Text("health.tls.name", static health => health.Tls.Name, UsesTls),
        new("health.tls.verify", static pool => Boolean(pool.Health.Tls.Verify)) { Concerns = UsesTls },
        Text("health.tls.ca", static health => health.Tls.Ca, UsesTls),
        new("health.command", static pool => Strings(pool.Health.Command)) { Concerns = Is(ProbeType.Exec) },
    ];

    private static Func<PoolConfig, bool> Is(ProbeType type) => pool => pool.Health.Type == type;

    private static bool HasSteps(PoolConfig pool) =>
        pool.Health is { Type: ProbeType.SendExpect, Steps.Count: > 0 };

    private static bool SendsOnce(PoolConfig pool) =>
        pool.Health is { Type: ProbeType.Udp } or { Type: ProbeType.SendExpect, Steps.Count: 0 };

    private static bool UsesTls(PoolConfig pool) => pool.Health.UsesTls;

    private static ConfigKey<PoolConfig> Text(
        string name, Func<HealthConfig, string> text, Func<PoolConfig, bool> concerns) =>
        new(name, pool => text(pool.Health)) { IsString = true, Concerns = concerns };
}
