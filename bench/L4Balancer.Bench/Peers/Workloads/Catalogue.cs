namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>All workloads, in the order of the tables.</summary>
internal static class Catalogue
{
    /// <summary>Makes them.</summary>
    public static IReadOnlyList<Workload> All() =>
    [
        new RoundTrips(connections: 1),
        new RoundTrips(connections: 100),
        new RoundTrips(connections: 1_000),
        new Connects(),
        new Bulk(BulkDirection.ToServer),
        new Bulk(BulkDirection.ToClient),
        new Bulk(BulkDirection.Both),
        new BulkRate(),
        new SlowReaders(),
        new BesideIdle(),
        new IdleTcp(),
        new Latency(connections: 1, perSecond: 2_000),
        new Latency(connections: 100, perSecond: 20_000),
        new Steady(),
        new TwoWorkers(),
        new Datagrams(outstanding: 1, bytes: 200),
        new Datagrams(outstanding: 8, bytes: 200),
        new Datagrams(outstanding: 1, bytes: 1_200),
        new Datagrams(outstanding: 8, bytes: 1_200),
        new Datagrams(outstanding: 1, bytes: 1_200, train: 16),
        new IdleUdp(),
        new Start(),
        new Picks(),
    ];

    /// <summary>Those that were asked for; null where a name is wrong.</summary>
    public static IReadOnlyList<Workload>? Chosen(PeersOptions options)
    {
        IReadOnlyList<Workload> all = All();
        if (options.Only.Count == 0) return [.. all.Where(one => !options.Quick || one.IsQuick)];
        return options.Only.All(name => all.Any(one => one.Name == name))
            ? [.. all.Where(one => options.Only.Contains(one.Name))]
            : null;
    }

    /// <summary>What is measured, and by what name.</summary>
    public static string List() => string.Join('\n', All().Select(static one => string.Join('\n',
        one.Metrics.Where(static metric => !metric.IsRaw).Select((metric, index) =>
            $"{(index == 0 ? one.Name : ""),-18}{(one.IsQuick && index == 0 ? "quick" : ""),-7}{metric.Title}"))));
}
