using System.Net;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Daemon.Metrics;
using L4Balancer.Telemetry;
using L4Balancer.Tests.Daemon.Configuration;
using L4Balancer.Tests.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon;

/// <summary>What the documents list is what there is.</summary>
internal sealed class DocumentationTests
{
    private static readonly string[] TableKeys = ["timeouts", "retry", "udp", "health", "ejection", "drain"];

    [TestCaseSource(typeof(ConfigTexts), nameof(ConfigTexts.Tables))]
    public void Configuration_EveryKey_IsDescribed(string table)
    {
        string text = File.ReadAllText(Repository.PathOf("docs/configuration.md"));

        Assert.That(
            ConfigTexts.KnownKeys(table),
            Has.All.Matches<string>(key => text.Contains(
                TableKeys.Contains(key) ? $"### [service.NAME.{key}]"
                : key == "backend" ? ".backend]]"
                : $"\n| `{key}` | ",
                StringComparison.Ordinal)));
    }

    [Test]
    public void Operations_EveryReason_IsDescribed()
    {
        string text = File.ReadAllText(Repository.PathOf("docs/operations.md"));
        IEnumerable<string> closes = Enum.GetValues<CloseReason>().Select(CloseReasons.Text);

        Assert.That(
            closes.Concat(Enum.GetValues<DatagramDrop>().Select(DatagramDrops.Text)),
            Has.All.Matches<string>(reason => text.Contains($"\n| `{reason}` | ", StringComparison.Ordinal)));
    }

    [Test]
    public async Task Operations_Metrics_AreThoseThatArePublished()
    {
        const string Prefix = "l4balancer_";
        await using RunningBalancer running =
            await RunningBalancer.StartAsync([new IPEndPoint(IPAddress.Loopback, 9)], shards: 1);
        await using RunningBalancer udp = await RunningBalancer.StartAsync(
            RunningBalancer.UdpService([new IPEndPoint(IPAddress.Loopback, 9)]), new() { Shards = 1 });
        using DaemonMetrics metrics = new(running.Balancer, new ConfigInForce(null, TimeProvider.System));
        using PrometheusExporter exporter = new(
            NullLogger.Instance, ("L4Balancer", Prefix), (DaemonMetrics.MeterName, Prefix));

        IEnumerable<string> described = File.ReadLines(Repository.PathOf("docs/operations.md"))
            .Where(line => line.StartsWith($"| `{Prefix}", StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split('`')[1], line.Split('|')[2].Trim()));
        IEnumerable<string> published = exporter.Scrape().Split('\n')
            .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
            .Select(line => line["# TYPE ".Length..]);

        Assert.That(described, Is.EquivalentTo(published));
    }
}
