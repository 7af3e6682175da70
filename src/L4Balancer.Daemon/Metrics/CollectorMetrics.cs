using System.Diagnostics.Metrics;

namespace L4Balancer.Daemon.Metrics;

/// <summary>
/// What the garbage collector did: an outlier of latency is its doing only where these say that it ran. Data threads
/// stop while it pauses the process.
/// </summary>
internal sealed class CollectorMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "dotnet";

    private readonly Meter _meter = new(MeterName);

    /// <summary>Publishes the instruments.</summary>
    public CollectorMetrics()
    {
        _meter.CreateObservableCounter(
            "dotnet_gc_collections_total",
            static () => Enumerable.Range(0, GC.MaxGeneration + 1).Select(static generation =>
                new Measurement<long>(Collections(generation), new KeyValuePair<string, object?>(
                    "generation", generation))),
            description: "Garbage collections by the oldest generation that they collected.");
        _meter.CreateObservableCounter(
            "dotnet_gc_pause_seconds_total", static () => GC.GetTotalPauseDuration().TotalSeconds,
            description: "Time that garbage collections have stopped the process.");
        _meter.CreateObservableGauge(
            "dotnet_gc_last_pause_seconds", static () => LastPause().TotalSeconds,
            description: "Longest pause of the last garbage collection.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The runtime counts a collection for every generation up to the oldest one collected.</summary>
    private static long Collections(int generation) => generation == GC.MaxGeneration
        ? GC.CollectionCount(generation)
        : Math.Max(GC.CollectionCount(generation) - GC.CollectionCount(generation + 1), 0);

    private static TimeSpan LastPause()
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (TimeSpan pause in GC.GetGCMemoryInfo(GCKind.Any).PauseDurations)
        {
            if (pause > longest) longest = pause;
        }

        return longest;
    }
}
