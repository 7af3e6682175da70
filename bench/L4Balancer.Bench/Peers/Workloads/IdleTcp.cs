using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// What idle flows, each with one request answered, take of memory, in a process warmed up by flows that are closed
/// again.
/// </summary>
internal sealed class IdleTcp : Workload
{
    private const int Some = 4_000;
    private const int Many = 9_000; // Twice that is what a process may have of 20,000 descriptors.
    private const int MostRounds = 2;

    public override string Name => "idle";

    public override Setting Setting => Setting.FreshTcp;

    public override IReadOnlyList<string> Contestants => [Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Web];

    public override IReadOnlyList<Metric> Metrics =>
    [
        MemoryOf(Some),
        MemoryOf(Many),
    ];

    public override bool IsQuick => false;

    public override int Rounds(int rounds) => Math.Min(rounds, MostRounds);

    public override void Run(Turn turn)
    {
        IdleMemory memory = new(turn, "idle-flows", turn.Contestant.Endpoints.Address(Service.Web));
        using HeldFlows some = memory.Hold(Some);
        turn.Add($"idle-{Some}", memory.KibPerFlow(Some));
        using HeldFlows more = memory.Hold(Many - Some);
        turn.Add($"idle-{Many}", memory.KibPerFlow(Many));
    }

    private static Metric MemoryOf(int flows) =>
        new($"idle-{flows}", $"KiB resident per idle flow, {flows:N0} flows", MetricGroup.Process);
}
