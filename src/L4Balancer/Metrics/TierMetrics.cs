using System.Diagnostics.Metrics;
using L4Balancer.Pools;

namespace L4Balancer.Metrics;

/// <summary>Which backends of each pool take the flows, and why; and the zones that are out.</summary>
internal sealed class TierMetrics(BalancerParts balancer)
{
    private const int NoTier = -1;

    /// <summary>Publishes the instruments.</summary>
    public void Publish(Meter meter)
    {
        meter.CreateObservableGauge(
            "pool_tier", () => PerPool(static one => (long)(one?.Tier ?? NoTier)),
            description: "Priority of the backends that take the flows; 10 backups, -1 none.");
        meter.CreateObservableGauge(
            "pool_panic", () => PerPool(static one => one is { Panic: not PanicReason.None } ? 1L : 0L),
            description: "1 while backends are used whatever probes say.");
        meter.CreateObservableGauge(
            "pool_spilled_share", () => PerPool(static one => one?.Spilled ?? 0),
            description: "Share of new flows that leaves the own zone because it is short.");
        meter.CreateObservableGauge(
            "zones_away", () => balancer.ZonesAway.Count, description: "Zones that are taken out.");
    }

    private IEnumerable<Measurement<T>> PerPool<T>(Func<Composition?, T> value) where T : struct =>
        balancer.Pools.Select(one =>
            value(one.Pool.Snapshot.Composition).With(new Label("pool", one.Pool.Name)));
}
