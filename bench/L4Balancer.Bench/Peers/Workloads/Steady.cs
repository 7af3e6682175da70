using System.Globalization;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// A minute of round trips at 100 connections and a steady rate: what the worst ones took, and what L4Balancer's
/// garbage collector did meanwhile. Its metrics are read before and after alone: an answer of the admin side takes
/// the time of some round trips itself.
/// </summary>
internal sealed class Steady : Workload
{
    private const int Connections = 100;
    private const int PerSecond = 20_000;
    private const int MeasuredSeconds = 60;
    private const string Collections = "dotnet_gc_collections_total";
    private const string Pauses = "dotnet_gc_pause_seconds_total";

    public override string Name => "steady";

    public override Setting Setting => Setting.FreshTcp;

    public override IReadOnlyList<string> Contestants => [Roster.Haproxy, Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [Service.Web, Service.Echo];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new("steady-p999", $"p99.9 us in {MeasuredSeconds} s, {Connections} connections, {PerSecond:N0} trips/s",
            MetricGroup.Latency) { Decimals = 0 },
        new("steady-max", "  longest, us", MetricGroup.Latency) { Decimals = 0 },
        new("steady-collections", "  garbage collections in that time", MetricGroup.Latency) { Decimals = 0 },
        new("steady-pauses", "  their pauses in all, ms", MetricGroup.Latency) { Decimals = 1 },
    ];

    public override bool IsQuick => false;

    public override int Rounds(int rounds) => 1;

    public override void Run(Turn turn)
    {
        // Compiled for good before: what the compiler allocates is collected too.
        string[] load =
        [
            "tcp-load", turn.Contestant.Endpoints.Address(Service.Echo),
            "--connections", LoadLine.Text(Connections), "--rate", LoadLine.Text(PerSecond),
        ];
        LoadLine.Run(turn, [.. load, "--seconds", "3"], out _);
        (double collections, double pauses) = ReadCollector(turn.Contestant);
        LoadLine line = LoadLine.Run(
            turn, [.. load, "--seconds", LoadLine.Text(MeasuredSeconds)], out _);
        turn.Add("steady-p999", line["p999"]);
        turn.Add("steady-max", line["max"]);
        if (turn.Contestant.AdminAddress.Length == 0) return;

        (double collectionsAfter, double pausesAfter) = ReadCollector(turn.Contestant);
        turn.Add("steady-collections", collectionsAfter - collections);
        turn.Add("steady-pauses", (pausesAfter - pauses) * 1e3);
    }

    private static (double Collections, double PauseSeconds) ReadCollector(Contestant contestant)
    {
        if (contestant.AdminAddress.Length == 0) return default;

        using HttpClient client = new();
        string[] lines = client.GetStringAsync(new Uri($"http://{contestant.AdminAddress}/metrics"))
            .GetAwaiter().GetResult().Split('\n');
        if (!lines.Any(static line => line.StartsWith(Pauses, StringComparison.Ordinal)))
            throw new MeasurementException($"{contestant.Name} does not tell {Pauses}");
        return (Sum(lines, Collections), Sum(lines, Pauses));
    }

    private static double Sum(string[] lines, string metric) => lines
        .Where(line => line.StartsWith(metric, StringComparison.Ordinal))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
