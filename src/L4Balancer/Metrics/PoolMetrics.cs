using System.Diagnostics.Metrics;
using L4Balancer.Backends;
using L4Balancer.Telemetry;

namespace L4Balancer.Metrics;

/// <summary>
/// What is known of each backend. The label is the pool, not the service: a pool may serve several, and its backends
/// must not be counted once for each. A service that lists its own backends has a pool of its name.
/// </summary>
internal sealed class PoolMetrics(Func<IEnumerable<PoolRuntime>> pools)
{
    private static readonly bool[] Outcomes = [true, false];
    private static readonly string[] States =
    [
        "up", "standby", "subset", "down", "ejected", "unresolved", "unknown", "shifted", "drain", "maint", "removed",
        "agent_down", "agent_drain", "agent_maint",
    ];

    /// <summary>Publishes the instruments. Every label value is there from the start, with 0.</summary>
    public void Publish(Meter meter)
    {
        Gauge(meter, "backend_up", static backend => backend.IsAvailable ? 1 : 0, "1 when new flows may go there.");
        meter.CreateObservableGauge("backend_state", State, description: "1 under the state that the backend is in.");
        Gauge(meter, "backend_weight", static backend => backend.Weight, "Weight, set at run time or else configured.");
        Gauge(
            meter, "backend_agent_weight_percent", static backend => backend.Agent.Percent,
            "Percent of the weight that the backend's agent wants; 100 without one.");
        Gauge(
            meter, "backend_agent_max_connections", static backend => backend.Agent.MaxSessions,
            "Most connections that the backend's agent wants; 0 where it does not say.");
        Gauge(meter, "backend_connections_active", static backend => backend.ActiveSessions, "Connections it holds.");
        Gauge(
            meter, "backend_connections_max", static backend => backend.MaxSessions,
            "Connections that it may hold at once; 0: as many as come.");
        meter.CreateObservableGauge(
            "backend_weight_factor",
            () => All().Select(one => ((double)one.Backend.WeightFactor / Backend.WholeWeight).With(one.Labels)),
            description: "Part of its weight that counts now: less than 1 while it starts slowly.");
        meter.CreateObservableCounter(
            "backend_connections_total", () => PerBackend(static backend => backend.TotalSessions),
            description: "Connections established with it.");
        meter.CreateObservableCounter(
            "backend_connect_errors_total", ConnectErrorCounts,
            description: "Connects of clients' connections that failed, by kind.");
        meter.CreateObservableHistogram(
            "backend_connect_duration_seconds", ConnectDurationReadings,
            "Time of successful connects of clients' connections.");
        meter.CreateObservableGauge(
            "backend_certificate_expiry_timestamp_seconds", CertificateExpiries,
            description: "When the certificate that the probe saw expires, since 1970; 0 while none was seen.");
        meter.CreateObservableCounter("health_checks_total", Checks, description: "Probes, by result.");
        meter.CreateObservableCounter("backend_transitions_total", Transitions, description: "Verdicts of the probes.");
    }

    private static Label[] Labels(PoolRuntime runtime, Backend backend) =>
        [new Label("pool", runtime.Pool.Name), new Label("backend", backend.Name)];

    private IEnumerable<(Label[] Labels, Backend Backend)> All() =>
        from runtime in pools()
        from backend in Named(runtime.Pool.Backends.Concat(runtime.Pool.Removed))
        select (Labels(runtime, backend), backend);

    /// <summary>One of each name: of a removed backend and its successor the successor.</summary>
    private static IEnumerable<Backend> Named(IEnumerable<Backend> backends) =>
        backends.DistinctBy(static backend => backend.Name);

    private void Gauge(Meter meter, string name, Func<Backend, long> value, string description) =>
        meter.CreateObservableGauge(name, () => PerBackend(value), description: description);

    private IEnumerable<Measurement<long>> PerBackend(Func<Backend, long> value) =>
        All().Select(one => value(one.Backend).With(one.Labels));

    private IEnumerable<Measurement<long>> State() =>
        from one in All()
        let now = one.Backend.StateText // Read once: exactly one state is 1.
        from state in States
        select (state == now ? 1L : 0L).With([.. one.Labels, new Label("state", state)]);

    private IEnumerable<Measurement<long>> ConnectErrorCounts() =>
        from one in All()
        from error in Enum.GetValues<ConnectError>()
        let label = new Label("error", ConnectErrors.Text(error))
        select one.Backend.ConnectErrorCount(error).With([.. one.Labels, label]);

    private IEnumerable<Measurement<long>> Checks() =>
        from runtime in pools()
        from monitor in runtime.Monitor.Monitors.DistinctBy(static monitor => monitor.Backend.Name)
        from good in Outcomes
        select monitor.Probes.Count(good)
            .With([.. Labels(runtime, monitor.Backend), new Label("result", good ? "success" : "failure")]);

    private IEnumerable<Measurement<long>> CertificateExpiries() =>
        from runtime in pools()
        where runtime.Pool.Config.Health.UsesTls
        from monitor in runtime.Monitor.Monitors.DistinctBy(static monitor => monitor.Backend.Name)
        select (monitor.LastProbe?.CertificateExpiry?.ToUnixTimeSeconds() ?? 0)
            .With(Labels(runtime, monitor.Backend));

    private IEnumerable<Measurement<long>> Transitions() =>
        from one in All()
        from up in Outcomes
        select one.Backend.Transitions(up).With([.. one.Labels, new Label("to", up ? "up" : "down")]);

    private IEnumerable<HistogramReading> ConnectDurationReadings() =>
        All().Select(static one => Reading(one.Labels, one.Backend.ConnectDurations));

    private static HistogramReading Reading(Label[] labels, SharedHistogram values) =>
        new(labels, values.Bounds, values.Count, values.Sum);
}
