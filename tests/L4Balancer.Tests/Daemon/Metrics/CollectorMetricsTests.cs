using System.Globalization;
using L4Balancer.Daemon.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Metrics;

/// <summary>What the collector's metrics say about collections that were asked for.</summary>
internal sealed class CollectorMetricsTests
{
    private const string Oldest = """dotnet_gc_collections_total{generation="2"}""";
    private const string Youngest = """dotnet_gc_collections_total{generation="0"}""";

    [Test]
    public void Scrape_AfterCollections_CountsThemByTheirOldestGeneration()
    {
        using CollectorMetrics metrics = new();
        using PrometheusExporter exporter = new(NullLogger.Instance, (CollectorMetrics.MeterName, ""));
        Dictionary<string, double> before = Values(exporter);

        GC.Collect(2);
        Dictionary<string, double> after;
        int tries = 0;
        do // The collector may make more of it than was asked for.
        {
            GC.Collect(0);
            after = Values(exporter);
        }
        while (after[Youngest] <= before[Youngest] && ++tries < 100);

        // At least: tests beside this one collect too.
        Assert.Multiple(() =>
        {
            Assert.That(after[Oldest], Is.GreaterThanOrEqualTo(before[Oldest] + 1));
            Assert.That(after[Youngest], Is.GreaterThanOrEqualTo(before[Youngest] + 1));
            Assert.That(
                after["dotnet_gc_pause_seconds_total"], Is.GreaterThan(before["dotnet_gc_pause_seconds_total"]));
            Assert.That(after["dotnet_gc_last_pause_seconds"], Is.InRange(1e-7, 10));
        });
    }

    [Test]
    public void Documentation_NamesEveryOne()
    {
        using CollectorMetrics metrics = new();
        using PrometheusExporter exporter = new(NullLogger.Instance, (CollectorMetrics.MeterName, ""));
        string text = File.ReadAllText(Repository.PathOf("docs/monitoring.md"));

        Assert.That(
            Values(exporter).Keys.Select(static name => name.Split('{')[0]),
            Has.All.Matches<string>(name => text.Contains($"| `{name}` | ", StringComparison.Ordinal)));
    }

    private static Dictionary<string, double> Values(PrometheusExporter exporter) =>
        exporter.Scrape().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line[0] != '#').Select(static line => line.Split(' '))
            .ToDictionary(
                static words => words[0], static words => double.Parse(words[1], CultureInfo.InvariantCulture));
}
