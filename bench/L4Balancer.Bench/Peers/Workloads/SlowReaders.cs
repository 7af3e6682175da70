using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Round trips of fast clients beside clients that read too slowly from servers that send without end.
/// </summary>
internal sealed class SlowReaders : Workload
{
    private const int Slow = 20;
    private const int Fast = 10;

    public override string Name => "slow-readers";

    public override Setting Setting => Setting.Tcp;

    public override IReadOnlyList<string> Contestants => [Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Echo, Service.Flood];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new(Name, $"CPU us per round trip, {Fast} connections beside {Slow} slow readers", MetricGroup.Tcp),
        new($"{Name}-user", "  its user-mode part, us", MetricGroup.Tcp) { IsRaw = true },
        new($"{Name}-system", "  its system part, us", MetricGroup.Tcp) { IsRaw = true },
        new($"{Name}-rate", "  thousand round trips a second", MetricGroup.Tcp) { MoreIsBetter = true, Decimals = 1 },
        new($"{Name}-p99", "  p99, us", MetricGroup.Tcp) { Decimals = 0 },
    ];

    public override bool IsQuick => false;

    public override void Run(Turn turn)
    {
        using HeldFlows slow = new(turn, "slow-readers", turn.Contestant.Endpoints.Address(Service.Flood), Slow);
        LoadLine line = LoadLine.Run(
            turn,
            [
                "tcp-load", turn.Contestant.Endpoints.Address(Service.Echo), "--connections", LoadLine.Text(Fast),
                "--seconds", LoadLine.Text(turn.Seconds),
            ],
            out ProcessTime time);
        turn.AddCpu(Name, time, line["trips"], 1e6);
        turn.Add($"{Name}-rate", line["trips"] / line["seconds"] / 1e3);
        turn.Add($"{Name}-p99", line["p99"]);
    }
}
