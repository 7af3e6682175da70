using System.Diagnostics.Metrics;
using L4Balancer.Discovery;

namespace L4Balancer.Metrics;

/// <summary>How finding backends by names and files goes.</summary>
internal sealed class DiscoveryMetrics(BackendDiscovery discovery, Func<IReadOnlyList<SourceStatus>> sources)
{
    /// <summary>Publishes the instruments.</summary>
    public void Publish(Meter meter)
    {
        meter.CreateObservableCounter(
            "discovery_lookups_total", LookUps,
            description: "Look-ups of backends' names, and readings of backends files, by result; "
                + "empty: there is nothing under the name.");
        meter.CreateObservableGauge(
            "discovery_failing", () => PerPool(static pool => (long)pool.Count(static one => one.Error is not null)),
            description: "Names and files of the pool that had no answer, or could not be read, the last time.");
        meter.CreateObservableGauge(
            "discovery_last_success_timestamp_seconds", () => PerPool(static pool => pool.Min(Seconds)),
            description: "When each of the pool's names and files had been found at least once since, "
                + "in seconds since the unix epoch; 0 as long as one never was.");
    }

    private static double Seconds(SourceStatus source) => (source.LastSuccess?.ToUnixTimeMilliseconds() ?? 0) / 1000.0;

    private Measurement<long>[] LookUps() =>
        [.. Counts("name", discovery.Names), .. Counts("file", discovery.Files)];

    private static Measurement<long>[] Counts(string kind, LookUpCounts counts) =>
    [
        counts.Found.With(new Label("kind", kind), new Label("result", "success")),
        counts.Empty.With(new Label("kind", kind), new Label("result", "empty")),
        counts.Failed.With(new Label("kind", kind), new Label("result", "failure")),
    ];

    private IEnumerable<Measurement<T>> PerPool<T>(Func<IEnumerable<SourceStatus>, T> value)
        where T : struct =>
        sources().GroupBy(static one => one.Pool).Select(pool => value(pool).With(new Label("pool", pool.Key)));
}
