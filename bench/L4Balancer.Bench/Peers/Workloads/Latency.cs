using System.Globalization;
using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Round trips at a rate that nobody has trouble with, and what a balancer adds to the time that they take without one.
/// The rounds are many and short: a machine that others share stalls for milliseconds now and then, which moves every
/// percentile of a long turn, but spoils only some of many short ones, and a median leaves those out.
/// </summary>
internal sealed class Latency(int connections, int perSecond) : Workload
{
    private const int RoundsForOne = 8;
    private const double WarmUpSeconds = 0.25; // Connecting, and compiling the load generator, take a tenth.

    // A percentile with fewer round trips beyond it in a second is told of all rounds together.
    private const int LeastBeyond = 10;

    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p99", 0.99), ("p999", 0.999)];

    private readonly Dictionary<string, LatencyHistogram> _all = [];

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
           from metric in new[] { Whole(percentile.Name, IsRare(percentile.Share)), Added(percentile.Name) }
           select metric,
    ];

    public override int Rounds(int rounds) => rounds * RoundsForOne;

    public override void Run(Turn turn)
    {
        LoadLine line = LoadLine.Run(
            turn,
            [
                "tcp-load", turn.Contestant.Endpoints.Address(Service.Echo),
                "--connections", LoadLine.Text(connections), "--rate", LoadLine.Text(perSecond),
                "--seconds", LoadLine.Text(turn.Seconds / 2.0), "--latencies", "counted",
            ],
            out _,
            WarmUpSeconds);
        if (turn.Round == 0) return;

        foreach ((string percentile, double share) in Percentiles)
        {
            if (!IsRare(share)) turn.Add($"{Name}-{percentile}", line[percentile]);
        }

        _all.TryAdd(turn.Contestant.Name, new LatencyHistogram());
        _all[turn.Contestant.Name].RecordWritten(line.Word("latencies"));
    }

    /// <summary>What is added, each round by itself: both were measured within seconds of each other.</summary>
    public override void Finish(Samples samples)
    {
        foreach ((string percentile, double share) in Percentiles)
        {
            string metric = $"{Name}-{percentile}";
            foreach ((string contestant, LatencyHistogram all) in _all)
            {
                if (IsRare(share)) samples.Add(metric, contestant, round: 1, all.Percentile(share) / 1e3);
            }

            double[] direct = samples.Of(metric, Contestant.DirectName);
            foreach (string contestant in Contestants.Where(static one => one != Contestant.DirectName))
            {
                double[] through = samples.Of(metric, contestant);
                for (int i = 0; i < through.Length; i++)
                    samples.Add($"{metric}-added", contestant, i + 1, through[i] - direct[i]);
            }
        }
    }

    private bool IsRare(double share) => perSecond * (1 - share) < LeastBeyond;

    private Metric Whole(string percentile, bool isOfAllRounds) => new(
        $"{Name}-{percentile}",
        $"{(percentile == "p999" ? "p99.9" : percentile)} us, {Connections}, {Rate} trips/s"
            + (isOfAllRounds ? ", all rounds" : ""),
        MetricGroup.Latency)
    {
        Decimals = 1,
    };

    private Metric Added(string percentile) =>
        new($"{Name}-{percentile}-added", "  added over direct, us", MetricGroup.Latency)
        {
            Decimals = 1,
            DifferenceIn = $"{Name}-{percentile}",
        };

    private string Connections => connections == 1 ? "1 connection" : $"{connections} connections";

    private string Rate => perSecond.ToString("N0", CultureInfo.InvariantCulture);
}
