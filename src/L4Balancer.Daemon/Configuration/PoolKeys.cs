using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys of a pool, in <c>[pool.NAME]</c> or in the table of its service; see <see cref="KnownKeys"/>.
/// </summary>
internal static class PoolKeys
{
    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestResolve = TimeSpan.FromMilliseconds(100);

    /// <summary>The keys of a pool that may also stand in <c>[defaults]</c>.</summary>
    public static PoolConfig Read(TableReader table, PoolConfig fallback) => BalanceKeys.Read(table, fallback) with
    {
        Health = HealthKeys.Read(table.Table("health"), fallback.Health),
        Ejection = Ejection(table.Table("ejection"), fallback.Ejection),
        Queue = Queue(table.Table("queue"), fallback.Queue),
        SlowStart = new SlowStartConfig
        {
            Duration = table.Table("slow_start").Duration("duration", fallback.SlowStart.Duration),
        },
        OnDown = table.Word("on_down", fallback.OnDown, ConfigWords.DownFlows),
        DrainTimeout = table.Table("drain").Duration("timeout", fallback.DrainTimeout),
        Names = Names(table, fallback.Names),
    };

    private static ResolveConfig Names(TableReader table, ResolveConfig fallback)
    {
        ResolveConfig names = new()
        {
            Interval = table.Duration("resolve", fallback.Interval),
            Hold = table.Duration("resolve_hold", fallback.Hold),
            Servers = Servers(table, fallback.Servers),
        };
        bool isTooOften = names.Interval > TimeSpan.Zero && names.Interval < ShortestResolve;
        return isTooOften && table.Node("resolve") is { } at
            ? table.Reject(
                at, $"'resolve' must be \"0s\", for once, or at least \"{DurationSyntax.Format(ShortestResolve)}\", "
                + $"not \"{DurationSyntax.Format(names.Interval)}\"", fallback)
            : names;
    }

    private static IReadOnlyList<IpEndpoint> Servers(TableReader table, IReadOnlyList<IpEndpoint> fallback)
    {
        if (table.Node("resolver") is not { } at) return fallback;

        List<IpEndpoint> servers = [];
        foreach (TomlNode item in table.List("resolver", "name servers"))
        {
            string? problem = item is TomlString { Value: var text }
                ? AddressSyntax.ParseEndpoint(text, out IpEndpoint server) ?? Add(server)
                : $"'resolver' must be a list of addresses with ports, as in [\"10.0.0.53:53\"], not of {item.Kind}";
            if (problem is not null) table.Reject(item, problem, servers);
        }

        if (servers.Count == 0) return [];

        return servers.Count <= ResolveConfig.MostServers
            ? servers
            : table.Reject(at, $"'resolver' has {servers.Count} name servers; at most {ResolveConfig.MostServers} are "
                + "possible", fallback);

        string? Add(IpEndpoint server)
        {
            servers.Add(server);
            return null;
        }
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
}
