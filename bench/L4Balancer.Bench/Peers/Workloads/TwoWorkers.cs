using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Two workers on two cores, which the load uses as well: round trips and connections, and L4Balancer with one shard
/// beside itself with two.
/// </summary>
internal sealed class TwoWorkers : Workload
{
    private const int Connections = 100;

    public override string Name => "two-workers";

    public override Setting Setting => Setting.TwoWorkers;

    public override IReadOnlyList<string> Contestants =>
        [Roster.Haproxy, Roster.Nginx, Contestant.OwnName, Roster.OneShard];

    public override IReadOnlyList<Service> Services => [Service.Web, Service.Close];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new("two-trips", $"CPU us per round trip, {Connections} connections", MetricGroup.TwoWorkers),
        new("two-trips-user", "  its user-mode part, us", MetricGroup.TwoWorkers) { IsRaw = true },
        new("two-trips-system", "  its system part, us", MetricGroup.TwoWorkers) { IsRaw = true },
        new("two-trips-rate", "  thousand round trips a second", MetricGroup.TwoWorkers)
        {
            MoreIsBetter = true,
            Decimals = 1,
        },
        .. Connects.MetricsOf("two-connects", MetricGroup.TwoWorkers),
    ];

    public override bool IsQuick => false;

    public override void Run(Turn turn)
    {
        (double requests, double seconds, ProcessTime time) = Wrk.Run(turn, Connections, turn.Seconds);
        turn.AddCpu("two-trips", time, requests, 1e6);
        turn.Add("two-trips-rate", requests / seconds / 1e3);
        Connects.RunAs(turn, "two-connects");
    }
}
