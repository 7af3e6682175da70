using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>A connection for every request: connect, ask, be answered, see it closed by the server.</summary>
internal sealed class Connects : Workload
{
    private const int Concurrency = 100;

    public override string Name => "connects";

    public override Setting Setting => Setting.Tcp;

    public override IReadOnlyList<string> Contestants =>
        [Roster.Haproxy, Roster.Nginx, Contestant.OwnName, Contestant.DirectName];

    public override IReadOnlyList<Service> Services => [Service.Close];

    public override IReadOnlyList<Metric> Metrics { get; } = MetricsOf("connects", MetricGroup.Tcp);

    /// <summary>What is measured of connections.</summary>
    public static Metric[] MetricsOf(string name, MetricGroup group) =>
    [
        new(name, "CPU us per connect-request-close", group),
        new($"{name}-user", "  its user-mode part, us", group) { IsRaw = true },
        new($"{name}-system", "  its system part, us", group) { IsRaw = true },
        new($"{name}-rate", "  thousand connections a second", group) { MoreIsBetter = true, Decimals = 1 },
        new($"{name}-p99", "  p99, us", group) { Decimals = 0 },
    ];

    public override void Run(Turn turn) => RunAs(turn, Name);

    /// <summary>Measures one turn under a name.</summary>
    public static void RunAs(Turn turn, string name)
    {
        LoadLine line = LoadLine.Run(
            turn,
            [
                "tcp-connect", turn.Contestant.Endpoints.Address(Service.Close),
                "--concurrency", LoadLine.Text(Concurrency), "--seconds", LoadLine.Text(turn.Seconds),
                "--close", "server",
            ],
            out ProcessTime time);
        if (line["failed"] > 0)
            throw new MeasurementException($"{line["failed"]} connections failed through {turn.Contestant.Name}");
        turn.AddCpu(name, time, line["connections"], 1e6);
        turn.Add($"{name}-rate", line["connections"] / line["seconds"] / 1e3);
        turn.Add($"{name}-p99", line["p99"]);
    }
}
