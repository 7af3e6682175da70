using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a pool that say how names are looked up; see <see cref="KnownKeys"/>.</summary>
internal static class ResolveKeys
{
    private static readonly TimeSpan ShortestResolve = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads them; they stand in the pool's own table.</summary>
    public static ResolveConfig Read(TableReader table, ResolveConfig fallback)
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
}
