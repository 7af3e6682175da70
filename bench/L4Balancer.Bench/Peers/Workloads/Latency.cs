using System.Globalization;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Round trips at a rate that nobody has trouble with, and what a balancer adds to the time that they take without one.
/// </summary>
internal sealed class Latency(int connections, int perSecond) : Workload
{
    private static readonly string[] Percentiles = ["p50", "p99", "p999"];

    public override string Name { get; } = $"latency-{connections}";

    public override Setting Setting => Setting.Tcp;

    public override IReadOnlyList<string> Contestants =>
        [Contestant.DirectName, Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    public override bool ComparesWithDirect => true;

    public override bool IsQuick => connections > 1;

    public override IReadOnlyList<Service> Services => [Service.Echo];

    public override IReadOnlyList<Metric> Metrics =>
    [
        .. from percentile in Percentiles
           from metric in new[] { Whole(percentile), Added(percentile) }
           select metric,
    ];

    public override void Run(Turn turn)
    {
        LoadLine line = LoadLine.Run(
            turn,
            [
                "tcp-load", turn.Contestant.Endpoints.Address(Service.Echo),
                "--connections", LoadLine.Text(connections), "--rate", LoadLine.Text(perSecond),
                "--seconds", LoadLine.Text(turn.Seconds * 2), // A p99 needs more than a median.
            ],
            out _);
        foreach (string percentile in Percentiles) turn.Add($"{Name}-{percentile}", line[percentile]);
    }

    /// <summary>What is added, each round by itself: both were measured within seconds of each other.</summary>
    public override void Finish(Samples samples)
    {
        foreach (string percentile in Percentiles)
        {
            string metric = $"{Name}-{percentile}";
            double[] direct = samples.Of(metric, Contestant.DirectName);
            foreach (string contestant in Contestants.Where(static one => one != Contestant.DirectName))
            {
                double[] through = samples.Of(metric, contestant);
                for (int i = 0; i < through.Length; i++)
                    samples.Add($"{metric}-added", contestant, i + 1, through[i] - direct[i]);
            }
        }
    }

    private Metric Whole(string percentile) => new(
        $"{Name}-{percentile}",
        $"{(percentile == "p999" ? "p99.9" : percentile)} us, {Connections}, {Rate} trips/s",
        MetricGroup.Latency)
    {
        Decimals = 1,
    };

    private Metric Added(string percentile) =>
        new($"{Name}-{percentile}-added", "  added over direct, us", MetricGroup.Latency)
        {
            Decimals = 1,
            IsDifference = true,
        };

    private string Connections => connections == 1 ? "1 connection" : $"{connections} connections";

    private string Rate => perSecond.ToString("N0", CultureInfo.InvariantCulture);
}
