using System.Diagnostics.Metrics;
using L4Balancer.Daemon.Commands;
using L4Balancer.Daemon.Hosting;

namespace L4Balancer.Daemon.Metrics;

/// <summary>What the process knows beyond its data path.</summary>
internal sealed class DaemonMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "L4Balancer.Daemon";

    private readonly Meter _meter = new(MeterName);

    /// <summary>Publishes the instruments.</summary>
    public DaemonMetrics(Balancer balancer, ConfigInForce config, Readiness readiness)
    {
        Measurement<long> build = new(1, new KeyValuePair<string, object?>("version", VersionCommand.Version));
        _meter.CreateObservableGauge(
            "build_info", () => build, description: "Always 1; the label says what is running.");
        _meter.CreateObservableGauge(
            "ready", () => readiness.NotReadyBecause is null ? 1L : 0L,
            description: "1 while clients should be sent here, as /ready says.");
        _meter.CreateObservableCounter(
            "flow_records_dropped_total", () => balancer.FlowRecordsDropped,
            description: "Flow records that were not written because the output could not follow.");
        _meter.CreateObservableCounter(
            "config_reloads_total", () => Reloads(config),
            description: "Reloads of the configuration; a failed one has changed nothing.");
        _meter.CreateObservableGauge(
            "config_last_reload_successful", () => config.Last?.IsOk == false ? 0L : 1L,
            description: "0 when the last reload failed, 1 otherwise, also where there was none.");
        _meter.CreateObservableGauge(
            "config_last_reload_timestamp_seconds", () => config.LoadedAt.ToUnixTimeMilliseconds() / 1000.0,
            description: "When the configuration in force was read, in seconds since the unix epoch.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<long>[] Reloads(ConfigInForce config) =>
    [
        new(config.Succeeded, new KeyValuePair<string, object?>("result", "success")),
        new(config.Failed, new KeyValuePair<string, object?>("result", "failure")),
    ];
}
