using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Round trips of datagrams over 50 flows, so many under way on each. Trains are those of QUIC stacks that send by
/// UDP GSO: 16 datagrams of 1,200 bytes (the least that QUIC allows a path to carry), one train under way on each
/// flow. Stacks send up to 10 (quinn) to 45 (Google's QUICHE) at once. Both ends send and receive them as trains; the
/// server answers a train with a train also where it came in pieces.
/// </summary>
internal sealed class Datagrams(int outstanding, int bytes, int train = 1) : Workload
{
    private const int Flows = 50;

    private Service Service => train > 1 ? Service.Trains : Service.Datagrams;

    public override string Name { get; } = train > 1 ? "udp-train" : $"udp-{outstanding}-{bytes}";

    public override Setting Setting => Setting.Udp;

    public override IReadOnlyList<string> Contestants =>
        [Roster.Nginx, Roster.NginxMulti, Contestant.OwnName, Contestant.DirectName];

    public override IReadOnlyList<Service> Services => [Service];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new(Name, $"CPU us per datagram there and back, {Words}", MetricGroup.Udp),
        new($"{Name}-user", "  its user-mode part, us", MetricGroup.Udp) { IsRaw = true },
        new($"{Name}-system", "  its system part, us", MetricGroup.Udp) { IsRaw = true },
        new($"{Name}-rate", "  thousand a second", MetricGroup.Udp) { MoreIsBetter = true, Decimals = 1 },
        new($"{Name}-loss", "  lost per million", MetricGroup.Udp) { Decimals = 1 },
    ];

    public override bool IsQuick => Name is "udp-1-200" or "udp-train";

    private string Words => train > 1 ? $"trains of {train} of {bytes} bytes" : $"{outstanding} of {bytes} bytes";

    public override void Run(Turn turn)
    {
        LoadLine line = LoadLine.Run(
            turn,
            [
                "udp-load", turn.Contestant.Endpoints.Address(Service), "--flows", LoadLine.Text(Flows),
                "--outstanding", LoadLine.Text(outstanding), "--bytes", LoadLine.Text(bytes),
                "--train", LoadLine.Text(train), "--seconds", LoadLine.Text(turn.Seconds),
            ],
            out ProcessTime time);
        double trips = line["round_trips"];
        turn.AddCpu(Name, time, trips, 1e6);
        turn.Add($"{Name}-rate", trips / line["seconds"] / 1e3);
        turn.Add($"{Name}-loss", line["lost"] / (trips + line["lost"]) * 1e6);
    }
}
