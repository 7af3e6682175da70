namespace L4Balancer.Bench.Peers.Report;

/// <summary>The table that a metric stands in.</summary>
internal enum MetricGroup
{
    Tcp,
    Latency,
    TwoWorkers,
    Udp,
    Process,
}

/// <summary>Something that is measured of every balancer.</summary>
/// <param name="Name">Its name; a bar is found by it.</param>
/// <param name="Title">What it is, with its unit.</param>
/// <param name="Group">The table.</param>
internal sealed record Metric(string Name, string Title, MetricGroup Group)
{
    /// <summary>More is better.</summary>
    public bool MoreIsBetter { get; init; }

    /// <summary>Digits behind the point.</summary>
    public int Decimals { get; init; } = 2;

    /// <summary>
    /// The metric that this one is the difference in, between a balancer and none; null where it is no difference. One
    /// may be next to nothing or less, so its medians are compared, not rounds.
    /// </summary>
    public string? DifferenceIn { get; init; }

    /// <summary>Kept for the list of every round alone; no row of a table.</summary>
    public bool IsRaw { get; init; }
}
