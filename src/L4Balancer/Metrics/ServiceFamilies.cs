using System.Diagnostics.Metrics;
using L4Balancer.Telemetry;

namespace L4Balancer.Metrics;

/// <summary>
/// Publishes what the shards count of some services as families with the label <c>service</c>, summed over the shards
/// at every scrape.
/// </summary>
internal sealed class ServiceFamilies(Meter meter, Func<IEnumerable<ServiceRuntime>> services)
{
    /// <summary>A counter.</summary>
    public void Count(string name, Func<ServiceCounters, long> value, string description) =>
        meter.CreateObservableCounter(
            name,
            () => services().Select(service => Sum(service, value).With(Label(service))),
            description: description);

    /// <summary>A counter of something by the value of one more label.</summary>
    public void Count<T>(
        string name, string label, T[] values, Func<T, string> text, Func<ServiceCounters, T, long> value,
        string description) =>
        meter.CreateObservableCounter(
            name,
            () => from service in services()
                  from one in values
                  let sum = Sum(service, counters => value(counters, one))
                  select sum.With(Label(service), new Label(label, text(one))),
            description: description);

    /// <summary>How many of those begun have not ended.</summary>
    public void Active(string name, string description) => meter.CreateObservableGauge(
        name, () => services().Select(service => Sum(service, Active).With(Label(service))), description: description);

    /// <summary>Lengths of those that ended.</summary>
    public void Durations(string name, string description) => meter.CreateObservableHistogram(
        name,
        () => services().Select(static service => new HistogramReading(
            [Label(service)],
            service.Counters[0].Durations.Bounds,
            bucket => Sum(service, counters => counters.Durations.Count(bucket)),
            service.Counters.Sum(static counters => counters.Durations.Sum))),
        description);

    /// <summary>The label of a service.</summary>
    public static Label Label(ServiceRuntime service) => new("service", service.Config.Name);

    private static long Sum(ServiceRuntime service, Func<ServiceCounters, long> value) => service.Counters.Sum(value);

    private static long Active(ServiceCounters counters)
    {
        // Ended ones first: between the two readings a session may begin. The shard's writes may be seen in another
        // order.
        long closed = Enumerable.Range(0, CloseReasons.Count).Sum(reason => counters.Closed((CloseReason)reason));
        return Math.Max(0, counters.Accepted - closed);
    }
}
