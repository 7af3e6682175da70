using System.Text.Json;
using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>Which way the bytes of a bulk transfer go.</summary>
internal enum BulkDirection
{
    ToServer,
    ToClient,
    Both,
}

/// <summary>CPU time of bulk transfer: one iperf3 stream each way.</summary>
internal sealed class Bulk(BulkDirection direction) : Workload
{
    public override string Name { get; } = direction switch
    {
        BulkDirection.ToServer => "bulk-to-server",
        BulkDirection.ToClient => "bulk-to-client",
        _ => "bulk-both",
    };

    public override Setting Setting => Setting.Tcp;

    public override IReadOnlyList<string> Contestants =>
        [Roster.Haproxy, Roster.HaproxyPlain, Roster.HaproxySplice, Roster.Nginx, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Bulk];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new(Name, $"CPU ms per GB, {Words}", MetricGroup.Tcp) { Decimals = 0 },
        new($"{Name}-user", "  its user-mode part, ms", MetricGroup.Tcp) { IsRaw = true, Decimals = 0 },
        new($"{Name}-system", "  its system part, ms", MetricGroup.Tcp) { IsRaw = true, Decimals = 0 },
        new($"{Name}-rate", "  GB a second", MetricGroup.Tcp) { MoreIsBetter = true },
    ];

    private string Words => direction switch
    {
        BulkDirection.ToServer => "client to server",
        BulkDirection.ToClient => "server to client",
        _ => "both ways at once",
    };

    public override bool IsQuick => direction == BulkDirection.ToServer;

    public override void Run(Turn turn)
    {
        string[] address = turn.Contestant.Endpoints.Address(Service.Bulk).Split(':');
        string[] ways = direction switch
        {
            BulkDirection.ToServer => [],
            BulkDirection.ToClient => ["--reverse"],
            _ => ["--bidir"],
        };
        ProcessTime before = turn.Contestant.Processes.Time();
        string said = turn.Rig.Children.Run(turn.LoadCores, "iperf3",
        [
            "iperf3", "--client", address[0], "--port", address[1], "--time", LoadLine.Text(turn.Seconds), "--json",
            .. ways,
        ]);
        ProcessTime time = turn.Contestant.Processes.Time() - before;
        (double bytes, double seconds) = Received(said);
        turn.AddCpu(Name, time, bytes / 1e9, 1e3);
        turn.Add($"{Name}-rate", bytes / 1e9 / seconds);
    }

    /// <summary>The bytes that came out at the other end, and in which time.</summary>
    private (double Bytes, double Seconds) Received(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement end = document.RootElement.GetProperty("end");
        JsonElement one = end.GetProperty("sum_received");
        double bytes = one.GetProperty("bytes").GetDouble();
        double seconds = one.GetProperty("seconds").GetDouble();
        if (direction == BulkDirection.Both)
            bytes += end.GetProperty("sum_received_bidir_reverse").GetProperty("bytes").GetDouble();
        return bytes > 0 && seconds > 0 ? (bytes, seconds) : throw new MeasurementException("iperf3 moved nothing");
    }
}
