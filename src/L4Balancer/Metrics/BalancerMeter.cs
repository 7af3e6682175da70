using System.Diagnostics.Metrics;
using System.Globalization;
using L4Balancer.Shards;

namespace L4Balancer.Metrics;

/// <summary>
/// Everything that the balancer counts, as observable instruments of the meter <see cref="Name"/>: nothing is computed
/// before somebody reads. Whoever collects meters can read it (the daemon's exporter, dotnet-counters, OpenTelemetry).
/// </summary>
internal sealed class BalancerMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "L4Balancer";

    private readonly Meter _meter = new(Name);

    public BalancerMeter(BalancerParts balancer)
    {
        new ServiceMetrics(() => Named(balancer.AllServices)).Publish(_meter);
        new UdpMetrics(() => Named(balancer.AllServices).OfType<UdpRuntime>()).Publish(_meter);
        new PoolMetrics(() => balancer.Pools).Publish(_meter);
        new QueueMetrics(() => balancer.Pools).Publish(_meter);
        ProbeMetrics.Publish(_meter, balancer.Probes);
        new TierMetrics(balancer).Publish(_meter);
        new DiscoveryMetrics(balancer.Discovery, new StatusReader(balancer).Sources).Publish(_meter);
        _meter.CreateObservableGauge(
            "connections_limit", () => balancer.Limits.MaxConnections,
            description: "TCP connections that may be open at once.");
        _meter.CreateObservableHistogram(
            "shard_loop_lag_seconds", () => balancer.Shards.Select(Lag),
            "Time that a turn of a shard's loop took, which is what an event waits at most.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>One of each name: of a removed service and its successor the successor.</summary>
    private static IEnumerable<ServiceRuntime> Named(IEnumerable<ServiceRuntime> services) =>
        services.DistinctBy(static service => service.Name);

    private static HistogramReading Lag(Shard shard) => new(
        [new Label("shard", shard.Index.ToString(CultureInfo.InvariantCulture))],
        shard.Lag.Bounds,
        shard.Lag.Count,
        shard.Lag.Sum);
}
