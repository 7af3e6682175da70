using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys that say which backends come first and how many there are for this balancer: <c>[fleet]</c>, and those of a
/// pool; see <see cref="KnownKeys"/>.
/// </summary>
internal static class FleetKeys
{
    /// <summary>The <c>[fleet]</c> table.</summary>
    public static FleetConfig Read(TableReader table, FleetConfig fallback)
    {
        FleetConfig fleet = new()
        {
            Index = table.Integer("index", fallback.Index, 0, FleetConfig.MostBalancers - 1),
            Size = table.Integer("size", fallback.Size, 1, FleetConfig.MostBalancers),
        };
        return fleet.Index >= fleet.Size && table.Node("index") is { } at
            ? table.Reject(at, $"'index' must be below 'size', which is {fleet.Size}, not {fleet.Index}", fallback)
            : fleet;
    }

    /// <summary>The <c>[….zones]</c> table of a pool.</summary>
    public static ZonesConfig Zones(TableReader table, ZonesConfig fallback) => new()
    {
        PreferLocal = table.Boolean("prefer_local", fallback.PreferLocal),
        SpillBelow = table.Share("spill_below", fallback.SpillBelow),
    };

    /// <summary>The name of a zone; empty for none.</summary>
    public static string Zone(TableReader table, string fallback)
    {
        if (table.Text("zone") is not { } zone) return fallback;

        return zone.Length > 0 && NameSyntax.Problem(zone) is { } problem
            ? table.Reject(table.Node("zone")!, $"the name {problem}", fallback)
            : zone;
    }
}
