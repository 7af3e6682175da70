using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// What round trips cost beside idle flows, each with one request answered. More and more of them in one round, fewer
/// and fewer in the next, so that a drift of the machine is not taken for their cost.
/// </summary>
internal sealed class BesideIdle : Workload
{
    private const int Connections = 100;

    private static readonly int[] Steps = [0, 4_000, 9_000]; // The last is what 20,000 descriptors allow.

    public override string Name => "beside-idle";

    public override Setting Setting => Setting.Tcp;

    public override IReadOnlyList<string> Contestants => [Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Web];

    public override IReadOnlyList<Metric> Metrics => [.. Steps.SelectMany(CostBeside)];

    public override bool IsQuick => false;

    public override void Run(Turn turn)
    {
        bool growing = turn.Round % 2 == 1;
        if (growing) Measure(turn, 0);
        using (HeldFlows some = Hold(turn, Steps[1]))
        {
            if (growing) Measure(turn, Steps[1]);
            using (HeldFlows more = Hold(turn, Steps[2] - Steps[1])) Measure(turn, Steps[2]);
            if (!growing) Measure(turn, Steps[1]);
        }

        if (!growing) Measure(turn, 0);
    }

    private static HeldFlows Hold(Turn turn, int flows) =>
        new(turn, "idle-flows", turn.Contestant.Endpoints.Address(Service.Web), flows);

    private static void Measure(Turn turn, int flows)
    {
        (double requests, _, ProcessTime time) = Wrk.Run(turn, Connections, turn.Seconds);
        turn.AddCpu($"beside-{flows}", time, requests, 1e6);
    }

    private static Metric[] CostBeside(int flows) =>
    [
        new($"beside-{flows}", $"CPU us per round trip beside {flows:N0} idle flows", MetricGroup.Tcp),
        new($"beside-{flows}-user", "  its user-mode part, us", MetricGroup.Tcp) { IsRaw = true },
        new($"beside-{flows}-system", "  its system part, us", MetricGroup.Tcp) { IsRaw = true },
    ];
}
