using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Bulk throughput where the balancer's core is what limits it: the load generator and its sink cost their core so
/// little that, without a balancer, more comes through than any balancer moves.
/// </summary>
internal sealed class BulkRate : Workload
{
    private const int Connections = 8;

    public override string Name => "bulk-rate";

    public override Setting Setting => Setting.Tcp;

    public override IReadOnlyList<string> Contestants =>
    [
        Roster.Haproxy, Roster.HaproxyPlain, Roster.HaproxySplice, Roster.Nginx, Contestant.OwnName,
        Contestant.DirectName,
    ];

    public override IReadOnlyList<Service> Services => [Service.Sink];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new(Name, $"GB a second, {Connections} connections to the server", MetricGroup.Tcp) { MoreIsBetter = true },
        new($"{Name}-cpu", "  CPU ms per GB", MetricGroup.Tcp) { Decimals = 0 },
        new($"{Name}-cpu-user", "  its user-mode part, ms", MetricGroup.Tcp) { IsRaw = true, Decimals = 0 },
        new($"{Name}-cpu-system", "  its system part, ms", MetricGroup.Tcp) { IsRaw = true, Decimals = 0 },
    ];

    public override void Run(Turn turn)
    {
        LoadLine line = LoadLine.Run(
            turn,
            [
                "bulk-load", turn.Contestant.Endpoints.Address(Service.Sink),
                "--connections", LoadLine.Text(Connections), "--seconds", LoadLine.Text(turn.Seconds),
            ],
            out ProcessTime time);
        turn.Add(Name, line["rate"]);
        turn.AddCpu($"{Name}-cpu", time, line["bytes"] / 1e9, 1e3);
    }
}
