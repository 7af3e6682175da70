using System.Diagnostics.Metrics;
using L4Balancer.Daemon.Commands;

namespace L4Balancer.Daemon.Metrics;

/// <summary>What the process knows beyond its data path.</summary>
internal sealed class DaemonMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "L4Balancer.Daemon";

    private readonly Meter _meter = new(MeterName);

    /// <summary>Publishes the instruments.</summary>
    public DaemonMetrics(Balancer balancer)
    {
        Measurement<long> build = new(1, new KeyValuePair<string, object?>("version", VersionCommand.Version));
        _meter.CreateObservableGauge(
            "build_info", () => build, description: "Always 1; the label says what is running.");
        _meter.CreateObservableCounter(
            "flow_records_dropped_total", () => balancer.FlowRecordsDropped,
            description: "Flow records that were not written because the output could not follow.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
