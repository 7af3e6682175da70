using System.Diagnostics;
using System.Diagnostics.Metrics;
using L4Balancer.Daemon.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Metrics;

/// <summary>The Prometheus text of real instruments.</summary>
internal sealed class PrometheusExporterTests
{
    private Meter _meter = null!;
    private PrometheusExporter _exporter = null!;

    [SetUp]
    public void Open()
    {
        _meter = new Meter($"test-{TestContext.CurrentContext.Test.ID}");
        _exporter = new PrometheusExporter(NullLogger.Instance, (_meter.Name, "l4balancer_"));
    }

    [TearDown]
    public void Close()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Test]
    public void Scrape_CountersAndGauges_AreSortedFamilies()
    {
        _meter.CreateObservableGauge("b", () => 0.1, description: "A gauge.");
        _meter.CreateObservableUpDownCounter("c", () => -3, description: "Up and down.");
        _meter.CreateObservableCounter("a_total", () => new Measurement<long>[]
        {
            new(2, Tag("service", "web"), Tag("reason", "idle")),
            new(long.MaxValue, Tag("service", "api"), Tag("reason", "normal")),
        });

        Assert.That(_exporter.Scrape(), Is.EqualTo(
            """
            # HELP l4balancer_a_total 
            # TYPE l4balancer_a_total counter
            l4balancer_a_total{reason="idle",service="web"} 2
            l4balancer_a_total{reason="normal",service="api"} 9223372036854775807
            # HELP l4balancer_b A gauge.
            # TYPE l4balancer_b gauge
            l4balancer_b 0.1
            # HELP l4balancer_c Up and down.
            # TYPE l4balancer_c gauge
            l4balancer_c -3

            """));
    }

    [TestCase(1e300, "1E+300")]
    [TestCase(0.1 + 0.2, "0.30000000000000004")]
    [TestCase(5.0, "5")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.PositiveInfinity, "+Inf")]
    [TestCase(double.NegativeInfinity, "-Inf")]
    public void Scrape_Double_ReadsBackTheSame(double value, string text)
    {
        _meter.CreateObservableGauge("g", () => value);

        Assert.That(_exporter.Scrape(), Does.EndWith($"\nl4balancer_g {text}\n"));
    }

    [Test]
    public void Scrape_TextWithSpecialCharacters_IsEscaped()
    {
        _meter.CreateObservableGauge(
            "g", () => new Measurement<long>(1, Tag("path", "C:\\\"x\"\nend")), description: "One \\ \"two\"\nthree");

        Assert.That(_exporter.Scrape(), Is.EqualTo(
            "# HELP l4balancer_g One \\\\ \"two\"\\nthree\n# TYPE l4balancer_g gauge\n"
            + "l4balancer_g{path=\"C:\\\\\\\"x\\\"\\nend\"} 1\n"));
    }

    [Test]
    public void Scrape_Histogram_IsOneFamilyWithBucketsInOrder()
    {
        Histogram("wait_seconds", "+Inf");

        Assert.That(_exporter.Scrape(), Is.EqualTo(
            """
            # HELP l4balancer_wait_seconds How long.
            # TYPE l4balancer_wait_seconds histogram
            l4balancer_wait_seconds_bucket{service="a",le="0.5"} 1
            l4balancer_wait_seconds_bucket{service="a",le="2"} 2
            l4balancer_wait_seconds_bucket{service="a",le="10"} 2
            l4balancer_wait_seconds_bucket{service="a",le="+Inf"} 3
            l4balancer_wait_seconds_sum{service="a"} 13.25
            l4balancer_wait_seconds_count{service="a"} 3
            l4balancer_wait_seconds_bucket{service="b",le="0.5"} 1
            l4balancer_wait_seconds_bucket{service="b",le="2"} 2
            l4balancer_wait_seconds_bucket{service="b",le="10"} 2
            l4balancer_wait_seconds_bucket{service="b",le="+Inf"} 3
            l4balancer_wait_seconds_sum{service="b"} 13.25
            l4balancer_wait_seconds_count{service="b"} 3

            """));
    }

    [Test]
    public void Scrape_HistogramWithoutInfinity_GetsIt()
    {
        Histogram("wait_seconds", "100");

        Assert.That(_exporter.Scrape(), Does.Contain(
            "{service=\"a\",le=\"100\"} 3\nl4balancer_wait_seconds_bucket{service=\"a\",le=\"+Inf\"} 3\n"));
    }

    [Test]
    public void Scrape_OtherMeters_AreLeftOut()
    {
        using Meter other = new("somebody else's");
        other.CreateObservableGauge("g", () => 1);
        _meter.CreateCounter<long>("not_observable").Add(1);

        Assert.That(_exporter.Scrape(), Is.Empty);
    }

    [Test]
    public void Scrape_InstrumentThatThrows_LosesOnlyItself()
    {
        Func<long> fails = () => throw new InvalidOperationException("no value");
        _meter.CreateObservableGauge("bad", fails);
        _meter.CreateObservableGauge("good", () => 1);

        Assert.That(_exporter.Scrape(), Does.Contain("l4balancer_good 1\n").And.Not.Contain("bad"));
    }

    [Test]
    public void Scrape_ManyAtOnce_EachIsWhole()
    {
        for (int i = 0; i < 50; i++) _meter.CreateObservableGauge($"g{i}", () => 1, description: "One.");
        string expected = _exporter.Scrape();
        string[] scrapes = new string[200];

        Parallel.For(0, scrapes.Length, i => scrapes[i] = _exporter.Scrape());

        Assert.That(scrapes, Has.All.EqualTo(expected));
    }

    [Test]
    public void Scrape_ProcessMetrics_AreThoseOfThisProcess()
    {
        using ProcessMetrics metrics = new();
        using PrometheusExporter exporter = new(NullLogger.Instance, (ProcessMetrics.MeterName, ""));

        Dictionary<string, double> values = exporter.Scrape().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#').Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => double.Parse(words[1]));

        double now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Multiple(() =>
        {
            Assert.That(values["process_cpu_seconds_total"], Is.Positive);
            Assert.That(values["process_resident_memory_bytes"], Is.InRange(1 << 20, 1L << 40));
            Assert.That(values["process_virtual_memory_bytes"],
                Is.GreaterThan(values["process_resident_memory_bytes"]));
            Assert.That(values["process_open_fds"], Is.InRange(3, values["process_max_fds"]));
            Assert.That(values["process_start_time_seconds"], Is.InRange(now - 86_400, now + 1));
            Assert.That(values["process_threads"], Is.InRange(2, 1000));
        });
    }

    [Test]
    public async Task Scrape_CheckedByPromtool_IsClean()
    {
        string? promtool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(directory => Path.Combine(directory, "promtool")).FirstOrDefault(File.Exists);
        if (promtool is null) Assert.Ignore("promtool is not on the path");

        using ProcessMetrics metrics = new();
        using PrometheusExporter exporter = new(
            NullLogger.Instance, (_meter.Name, "l4balancer_"), (ProcessMetrics.MeterName, ""));
        Histogram("wait_seconds", "+Inf");
        _meter.CreateObservableGauge("g", () => new Measurement<long>(1, Tag("path", "\\\"\n")),
            description: "A \\ \n b.");
        using Process process = Process.Start(new ProcessStartInfo(promtool!, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(exporter.Scrape());
        process.StandardInput.Close();
        string said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.That((process.ExitCode, said), Is.EqualTo((0, "")));
    }

    /// <summary>Two series with the buckets in disorder, the last with the given bound.</summary>
    private void Histogram(string name, string lastBound)
    {
        KeyValuePair<string, object?>[] family = [Tag("histogram", name)];
        (object Bound, long Count)[] buckets = [(10.0, 2), (lastBound, 3), (0.5, 1), ("2", 2)];
        string[] services = ["b", "a"];
        _meter.CreateObservableCounter(
            $"{name}_count", () => services.Select(service => new Measurement<long>(3, Tag("service", service))),
            null, "How long.", family);
        _meter.CreateObservableCounter(
            $"{name}_bucket",
            () => from service in services
                  from bucket in buckets
                  select new Measurement<long>(bucket.Count, Tag("le", bucket.Bound), Tag("service", service)),
            null, "How long.", family);
        _meter.CreateObservableCounter(
            $"{name}_sum", () => services.Select(service => new Measurement<double>(13.25, Tag("service", service))),
            null, "How long.", family);
    }

    private static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);
}
