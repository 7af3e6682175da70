using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// From the start of a process to the first connection that it served, and its memory then. The core is otherwise idle,
/// and what programs are made of is in the page cache.
/// </summary>
internal sealed class Start : Workload
{
    private const int RoundsForOne = 2; // It takes less than a second.

    public override string Name => "start";

    public override Setting Setting => Setting.FreshTcp;

    public override bool WarmsUp => true;

    public override IReadOnlyList<string> Contestants => [Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Web];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new("ready", "ms from start to the first served connection", MetricGroup.Process) { Decimals = 0 },
        new("at-start", "MiB resident at start", MetricGroup.Process) { Decimals = 1 },
    ];

    public override int Rounds(int rounds) => rounds * RoundsForOne;

    public override void Run(Turn turn)
    {
        turn.Add("ready", turn.Contestant.ReadyAfter.TotalMilliseconds);
        turn.Add("at-start", turn.Contestant.Processes.ResidentKib() / 1024);
    }
}
