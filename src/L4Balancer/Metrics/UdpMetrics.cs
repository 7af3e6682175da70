using System.Diagnostics.Metrics;
using L4Balancer.Telemetry;

namespace L4Balancer.Metrics;

/// <summary>
/// What the shards count of UDP services alone. Every label value is there from the start, with 0. What comes from
/// clients is what is sent to servers, what is dropped, and what is in a buffer at the moment.
/// </summary>
internal sealed class UdpMetrics(Func<IEnumerable<UdpRuntime>> services)
{
    private static readonly (string Direction, Func<DatagramCounters, long> Value)[] Directions =
    [
        ("from_client", static datagrams => datagrams.ReceivedFromClients),
        ("to_server", static datagrams => datagrams.SentToServers),
        ("from_server", static datagrams => datagrams.ReceivedFromServers),
        ("to_client", static datagrams => datagrams.SentToClients),
    ];

    /// <summary>Publishes the instruments.</summary>
    public void Publish(Meter meter)
    {
        ServiceFamilies sessions = new(meter, services);
        sessions.Count("udp_sessions_total", static counters => counters.Accepted, "UDP sessions begun.");
        sessions.Active("udp_sessions_active", "UDP sessions open now.");
        sessions.Count(
            "udp_sessions_closed_total", "reason", Enum.GetValues<CloseReason>(), CloseReasons.Text,
            static (counters, reason) => counters.Closed(reason), "UDP sessions ended, by close reason.");
        sessions.Durations("udp_session_duration_seconds", "Time from first datagram to end of ended UDP sessions.");
        meter.CreateObservableGauge(
            "udp_sessions_limit",
            () => services().Select(static one => one.Limit.Max.With(ServiceFamilies.Label(one))),
            description: "UDP sessions that may be open at once.");
        meter.CreateObservableCounter(
            "udp_datagrams_total", Datagrams, description: "Datagrams received from and sent to a side.");
        meter.CreateObservableCounter(
            "udp_datagrams_dropped_total", Dropped, description: "Datagrams that were not passed on, by reason.");
    }

    private IEnumerable<Measurement<long>> Datagrams() =>
        from service in services()
        from one in Directions
        select service.Datagrams.Sum(one.Value)
            .With(ServiceFamilies.Label(service), new Label("direction", one.Direction));

    private IEnumerable<Measurement<long>> Dropped() =>
        from service in services()
        from reason in Enum.GetValues<DatagramDrop>()
        select service.Datagrams.Sum(datagrams => datagrams.Dropped(reason))
            .With(ServiceFamilies.Label(service), new Label("reason", DatagramDrops.Text(reason)));
}
