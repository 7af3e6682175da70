using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What /metrics says after real traffic.</summary>
public sealed class MetricsTests
{
    private const int Requests = 25;

    [Test]
    public async Task Metrics_AfterTraffic_CountWhatWasSent()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        for (int i = 0; i < Requests; i++) await HttpRequests.NameAsync(daemon.Address);
        IReadOnlyList<FlowLine> flows = await daemon.FlowsAsync(Requests);

        Dictionary<string, double> expected = new()
        {
            ["connections_accepted_total{service=\"test\"}"] = Requests,
            ["connections_active{service=\"test\"}"] = 0,
            ["connections_closed_total{reason=\"normal\",service=\"test\"}"] = Requests,
            ["connections_closed_total"] = Requests,
            ["connection_duration_seconds_count{service=\"test\"}"] = Requests,
            ["received_bytes_total{service=\"test\",side=\"client\"}"] = flows.Sum(static flow => flow.ClientBytes),
            ["sent_bytes_total{service=\"test\",side=\"server\"}"] = flows.Sum(static flow => flow.ClientBytes),
            ["received_bytes_total{service=\"test\",side=\"server\"}"] = flows.Sum(static flow => flow.ServerBytes),
            ["sent_bytes_total{service=\"test\",side=\"client\"}"] = flows.Sum(static flow => flow.ServerBytes),
            [$"backend_connections_total{{backend=\"{nginx.EndPoint}\",pool=\"test\"}}"] = Requests,
            ["retries_total{service=\"test\"}"] = 0,
            [$"backend_up{{backend=\"{nginx.EndPoint}\",pool=\"test\"}}"] = 1,
        };
        Assert.Multiple(async () =>
        {
            foreach ((string series, double value) in expected)
            {
                Assert.That(await daemon.MetricAsync($"l4balancer_{series}"), Is.EqualTo(value), series);
            }
        });
    }

    [Test]
    public async Task Metrics_AfterTraffic_PromtoolFindsNothingWrong()
    {
        string promtool = RealProgram.Find("promtool");
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        await HttpRequests.NameAsync(daemon.Address);
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["metrics"], await daemon.PageAsync("/metrics"));

        string check = $"'{promtool}' check metrics <'{folder["metrics"]}' 2>&1";
        string said = await ChildProcess.RunAsync("/bin/bash", "-c", check);

        Assert.That(said, Is.Empty);
    }
}
