using System.Diagnostics.Metrics;
using L4Balancer.Net;
using L4Balancer.Telemetry;

namespace L4Balancer.Metrics;

/// <summary>What the shards count of each service. Every label value is there from the start, with 0.</summary>
internal sealed class ServiceMetrics(Func<IEnumerable<ServiceRuntime>> services)
{
    private static readonly bool[] Sides = [true, false];

    /// <summary>Publishes the instruments.</summary>
    public void Publish(Meter meter)
    {
        PublishAll(new ServiceFamilies(meter, services));
        PublishTcp(new ServiceFamilies(
            meter, () => services().Where(static service => service.Config.Protocol == FlowProtocol.Tcp)));
    }

    private static void PublishAll(ServiceFamilies all)
    {
        all.Count(
            "received_bytes_total", "side", Sides, Side,
            static (counters, client) => client ? counters.ReceivedFromClients : counters.ReceivedFromServers,
            "Bytes received from a side.");
        all.Count(
            "sent_bytes_total", "side", Sides, Side,
            static (counters, client) => client ? counters.SentToClients : counters.SentToServers,
            "Bytes that the kernel took for a side.");
        all.Count(
            "retries_total", static counters => counters.Retries,
            "Flows that went to a further backend after one had failed.");
    }

    private static void PublishTcp(ServiceFamilies tcp)
    {
        tcp.Count("connections_accepted_total", static counters => counters.Accepted, "Connections accepted.");
        tcp.Active("connections_active", "Connections open now.");
        tcp.Count(
            "connections_closed_total", "reason", Enum.GetValues<CloseReason>(), CloseReasons.Text,
            static (counters, reason) => counters.Closed(reason), "Connections ended, by close reason.");
        tcp.Durations("connection_duration_seconds", "Time from accept to close of ended connections.");
        tcp.Count(
            "spliced_bytes_total", static counters => counters.Spliced,
            "Bytes sent without entering the process; part of sent_bytes_total.");
        tcp.Count(
            "backpressure_pauses_total", static counters => counters.BackpressurePauses,
            "Times that a side was not read because the other did not take more.");
        tcp.Count(
            "accept_errors_total", static counters => counters.AcceptErrors,
            "Connections that had gone before they were accepted.");
        tcp.Count(
            "listener_pauses_total", "cause", Enum.GetValues<ListenerPause>(), ListenerPauses.Text,
            static (counters, cause) => counters.Pauses(cause),
            "Times that a listener left clients in the kernel's queue, by cause.");
    }

    private static string Side(bool client) => client ? "client" : "server";
}
