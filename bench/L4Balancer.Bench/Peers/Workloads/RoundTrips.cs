using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>Keep-alive round trips as fast as they go: wrk to nginx.</summary>
internal sealed class RoundTrips(int connections) : Workload
{
    private const int JudgedConnections = 100;
    private const int RoundsForOne = 4; // Of what is judged.

    private string Connections => connections == 1 ? "1 connection" : $"{connections} connections";

    private bool IsJudged => connections == JudgedConnections;

    public override string Name { get; } = $"round-trips-{connections}";

    public override Setting Setting => Setting.Tcp;

    // What is judged is measured beside HAProxy without splicing too, and shows by "direct" that the load has room.
    public override IReadOnlyList<string> Contestants => IsJudged
        ? [Roster.Haproxy, Roster.HaproxyPlain, Roster.Nginx, Contestant.OwnName, Contestant.DirectName]
        : [Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Web];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new(Name, $"CPU us per round trip, {Connections}", MetricGroup.Tcp),
        new($"{Name}-user", "  its user-mode part, us", MetricGroup.Tcp) { IsRaw = !IsJudged },
        new($"{Name}-system", "  its system part, us", MetricGroup.Tcp) { IsRaw = true },
        new($"{Name}-rate", "  thousand round trips a second", MetricGroup.Tcp) { MoreIsBetter = true, Decimals = 1 },
    ];

    public override bool IsQuick => IsJudged;

    public override int Rounds(int rounds) => IsJudged ? rounds * RoundsForOne : rounds;

    public override void Run(Turn turn)
    {
        // The user-mode part is a twentieth, which the kernel knows by sampling: more of what is judged, by a tenth.
        int seconds = IsJudged ? turn.Seconds * 6 / RoundsForOne : turn.Seconds;
        (double requests, double took, ProcessTime time) = Wrk.Run(turn, connections, seconds);
        turn.AddCpu(Name, time, requests, 1e6);
        turn.Add($"{Name}-rate", requests / took / 1e3);
    }
}
