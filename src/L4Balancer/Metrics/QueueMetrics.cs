using System.Diagnostics.Metrics;
using L4Balancer.Pools;
using L4Balancer.Telemetry;

namespace L4Balancer.Metrics;

/// <summary>What the queues of the pools come to. Every label value is there from the start, with 0.</summary>
internal sealed class QueueMetrics(Func<IEnumerable<PoolRuntime>> pools)
{
    /// <summary>Publishes the instruments.</summary>
    public void Publish(Meter meter)
    {
        meter.CreateObservableGauge(
            "pool_queue_length", () => PerPool(static queue => queue.Length),
            description: "Connections that wait for a place at a backend.");
        meter.CreateObservableGauge(
            "pool_queue_limit",
            () => pools().Select(static one => one.Pool.Config.Queue.Size.With(Label(one))),
            description: "Connections that may wait.");
        meter.CreateObservableCounter(
            "pool_queue_total", Outcomes,
            description: "Connections that found every backend full, by what came of it.");
        meter.CreateObservableHistogram(
            "pool_queue_wait_seconds",
            () => pools().Select(static one => Waits(one, one.Pool.Queue.Counters.Waits)),
            "Time that connections waited for a place, whatever came of it.");
    }

    private static Label Label(PoolRuntime pool) => new("pool", pool.Pool.Name);

    private static HistogramReading Waits(PoolRuntime pool, SharedHistogram waits) =>
        new([Label(pool)], waits.Bounds, waits.Count, waits.Sum);

    private IEnumerable<Measurement<int>> PerPool(Func<PoolQueue, int> value) =>
        pools().Select(one => value(one.Pool.Queue).With(Label(one)));

    private IEnumerable<Measurement<long>> Outcomes() =>
        from one in pools()
        from outcome in Enum.GetValues<QueueOutcome>()
        select one.Pool.Queue.Counters.Count(outcome)
            .With(Label(one), new Label("result", QueueOutcomes.Text(outcome)));
}
