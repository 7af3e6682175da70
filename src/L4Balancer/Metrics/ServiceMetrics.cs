using System.Diagnostics.Metrics;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;

namespace L4Balancer.Metrics;

/// <summary>What the shards count of each service, summed over them at every scrape.</summary>
internal sealed class ServiceMetrics(IReadOnlyList<IReadOnlyList<TcpServiceOnShard>> services)
{
    /// <summary>Publishes the instruments. Every label value is there from the start, with 0.</summary>
    public void Publish(Meter meter)
    {
        Count(meter, "connections_accepted_total", static counters => counters.Accepted, "Connections accepted.");
        meter.CreateObservableGauge(
            "connections_active", () => PerService(Active), description: "Connections open now.");
        meter.CreateObservableCounter(
            "connections_closed_total", Closed, description: "Connections ended, by close reason.");
        meter.CreateObservableHistogram(
            "connection_duration_seconds", Durations, "Time from accept to close of ended connections.");
        meter.CreateObservableCounter(
            "received_bytes_total",
            () => Sides(
                static counters => counters.ReceivedFromClients, static counters => counters.ReceivedFromServers),
            description: "Bytes received from a side.");
        meter.CreateObservableCounter(
            "sent_bytes_total",
            () => Sides(static counters => counters.SentToClients, static counters => counters.SentToServers),
            description: "Bytes that the kernel took for a side.");
        Count(
            meter, "spliced_bytes_total", static counters => counters.Spliced,
            "Bytes sent without entering the process; part of sent_bytes_total.");
        Count(
            meter, "backpressure_pauses_total", static counters => counters.BackpressurePauses,
            "Times that a side was not read because the other did not take more.");
        Count(
            meter, "retries_total", static counters => counters.Retries,
            "Connects to a further backend after one had failed.");
        Count(
            meter, "accept_errors_total", static counters => counters.AcceptErrors,
            "Connections that had gone before they were accepted.");
        meter.CreateObservableCounter(
            "listener_pauses_total", Pauses,
            description: "Times that a listener left clients in the kernel's queue, by cause.");
    }

    private static long Active(ServiceCounters counters)
    {
        // Ended ones first: between the two readings a session may begin. The shard's writes may be seen in another
        // order.
        long closed = Enumerable.Range(0, CloseReasons.Count).Sum(reason => counters.Closed((CloseReason)reason));
        return Math.Max(0, counters.Accepted - closed);
    }

    private static Label Service(IReadOnlyList<TcpServiceOnShard> service) =>
        new("service", service[0].Service.Config.Name);

    private static long Sum(IReadOnlyList<TcpServiceOnShard> service, Func<ServiceCounters, long> value) =>
        service.Sum(onShard => value(onShard.Counters));

    private void Count(Meter meter, string name, Func<ServiceCounters, long> value, string description) =>
        meter.CreateObservableCounter(name, () => PerService(value), description: description);

    private IEnumerable<Measurement<long>> PerService(Func<ServiceCounters, long> value) =>
        services.Select(service => Sum(service, value).With(Service(service)));

    private IEnumerable<Measurement<long>> Sides(
        Func<ServiceCounters, long> client, Func<ServiceCounters, long> server) =>
        services.SelectMany(service => new[]
        {
            Sum(service, client).With(Service(service), new Label("side", "client")),
            Sum(service, server).With(Service(service), new Label("side", "server")),
        });

    private IEnumerable<Measurement<long>> Closed() =>
        from service in services
        from reason in Enum.GetValues<CloseReason>()
        select Sum(service, counters => counters.Closed(reason))
            .With(Service(service), new Label("reason", CloseReasons.Text(reason)));

    private IEnumerable<Measurement<long>> Pauses() =>
        from service in services
        from cause in Enum.GetValues<ListenerPause>()
        select Sum(service, counters => counters.Pauses(cause))
            .With(Service(service), new Label("cause", ListenerPauses.Text(cause)));

    private IEnumerable<HistogramReading> Durations() => services.Select(static service => new HistogramReading(
        [Service(service)],
        service[0].Counters.Durations.Bounds,
        bucket => Sum(service, counters => counters.Durations.Count(bucket)),
        service.Sum(static onShard => onShard.Counters.Durations.Sum)));
}
