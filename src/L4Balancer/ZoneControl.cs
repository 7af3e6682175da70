using System.Collections.Frozen;
using L4Balancer.Backends;
using L4Balancer.Pools;
using L4Balancer.Selection;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// Takes zones out and brings them back, and says what they get. It stays over changes of the configuration. Control
/// plane; what changes something by one at a time, with <see cref="BalancerParts.Changing"/> held.
/// </summary>
internal sealed class ZoneControl(BalancerParts parts)
{
    /// <summary>Every zone that a backend is in, that is out, or that this balancer is in; by name.</summary>
    public IReadOnlyList<ZoneStatus> Zones()
    {
        Backend[] backends = [.. parts.Pools.SelectMany(static one => one.Pool.Backends)];
        IEnumerable<string> names = backends.Select(static one => one.Zone)
            .Concat(parts.ZonesAway).Append(parts.Config.Global.Zone);
        return
        [
            .. from zone in names.Distinct().Order(StringComparer.Ordinal)
               where zone.Length > 0
               let own = backends.Where(one => one.Zone == zone).ToArray()
               select new ZoneStatus
               {
                   Name = zone,
                   IsLocal = zone == parts.Config.Global.Zone,
                   IsAway = parts.ZonesAway.Contains(zone),
                   Backends = own.Length,
                   Available = own.Count(static one => one.IsAvailable),
                   ActiveConnections = own.Sum(static one => one.ActiveSessions),
                   Shares = Shares(zone),
               },
        ];
    }

    /// <summary>Takes a zone out, or brings it back: new flows follow, those that there are go on.</summary>
    /// <param name="zone">Its name.</param>
    /// <param name="isAway">Whether it is to be out.</param>
    /// <param name="force">Also where a pool has no other backend that is available.</param>
    /// <returns>What came of it; null where there is no such zone.</returns>
    public ZoneShift? Shift(string zone, bool isAway, bool force)
    {
        if (!Zones().Any(one => one.Name == zone)) return null;

        IReadOnlyList<ZoneShare> before = Shares(zone);
        string[] empty = isAway ? [.. parts.Pools.Where(one => DependsOn(one.Pool, zone)).Select(Name)] : [];
        bool wasAway = parts.ZonesAway.Contains(zone);
        if (isAway == wasAway || (empty.Length > 0 && !force)) return new(zone, wasAway, before, before, empty);

        parts.ZonesAway = isAway
            ? [.. parts.ZonesAway, zone]
            : parts.ZonesAway.Where(one => one != zone).ToFrozenSet();
        if (isAway) parts.Logger.ZoneAway(zone);
        else parts.Logger.ZoneBack(zone);

        foreach (PoolRuntime runtime in parts.Pools) runtime.Pool.Move(parts.PlaceIn(parts.Config));
        return new(zone, isAway, before, Shares(zone), empty);
    }

    private static string Name(PoolRuntime runtime) => runtime.Pool.Name;

    /// <summary>A pool has available backends, and all of them are in the zone.</summary>
    private static bool DependsOn(Pool pool, string zone)
    {
        Backend[] available = [.. pool.Backends.Where(static one => one.IsAvailable)];
        return available.Length > 0 && Array.TrueForAll(available, one => one.Zone == zone);
    }

    private ZoneShare[] Shares(string zone) =>
    [
        .. from runtime in parts.Pools
           where runtime.Pool.Backends.Any(one => one.Zone == zone)
           select new ZoneShare(runtime.Pool.Name, Share(runtime.Pool.Compose(), zone)),
    ];

    private static double Share(Composition composition, string zone)
    {
        if (composition.Levels.Count == 0) return 0;

        Candidate[] first = composition.Levels[0].Candidates;
        return (double)first.Where(one => one.Backend.Zone == zone).Sum(static one => one.Weight)
            / first.Sum(static one => one.Weight);
    }
}
