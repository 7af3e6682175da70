using System.Diagnostics.Metrics;
using L4Balancer.Health;

namespace L4Balancer.Metrics;

/// <summary>What the probes of the whole process cost and wait for.</summary>
internal static class ProbeMetrics
{
    /// <summary>Publishes the instruments.</summary>
    public static void Publish(Meter meter, ProbeRunner probes)
    {
        meter.CreateObservableGauge(
            "probes_in_flight", () => probes.Slots.InFlight, description: "Probes and agents' answers under way.");
        meter.CreateObservableGauge(
            "probes_limit", () => probes.Slots.Most, description: "Probes that may be under way at once.");
        meter.CreateObservableGauge(
            "probes_waiting", () => probes.Slots.Waiting, description: "Probes that wait for a place among those.");
        meter.CreateObservableCounter(
            "probes_wait_seconds_total", () => probes.Slots.Waited.TotalSeconds,
            description: "Time that probes have waited for a place.");
        meter.CreateObservableCounter(
            "probes_total", () => probes.Made,
            description: "Probes made, each once however many backends share its result.");
    }
}
