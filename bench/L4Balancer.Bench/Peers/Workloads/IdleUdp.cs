using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>What idle UDP sessions cost in memory.</summary>
internal sealed class IdleUdp : Workload
{
    private const int Sessions = 4_000;
    private const int MostRounds = 2;

    public override string Name => "idle-udp";

    public override Setting Setting => Setting.FreshUdp;

    public override IReadOnlyList<string> Contestants => [Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Datagrams];

    public override IReadOnlyList<Metric> Metrics =>
        [new(Name, $"KiB resident per idle UDP session, {Sessions:N0} sessions", MetricGroup.Process)];

    public override bool IsQuick => false;

    public override int Rounds(int rounds) => Math.Min(rounds, MostRounds);

    public override void Run(Turn turn)
    {
        IdleMemory memory = new(turn, "idle-udp-flows", turn.Contestant.Endpoints.Address(Service.Datagrams));
        using HeldFlows flows = memory.Hold(Sessions);
        turn.Add(Name, memory.KibPerFlow(Sessions));
    }
}
