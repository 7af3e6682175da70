using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Telemetry;

namespace L4Balancer.Daemon.Admin;

/// <summary>What the balancer is doing, ready to be written. Any thread.</summary>
internal sealed class AdminStatus(Balancer balancer)
{
    /// <summary>Every service.</summary>
    public IReadOnlyList<ServiceJson> Services() => [.. balancer.ServiceStatuses.Select(ServiceJson.Of)];

    /// <summary>Every backend; of those that drain, with the age of the oldest flow.</summary>
    public async Task<IReadOnlyList<BackendJson>> BackendsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<BackendStatus> backends = balancer.Backends;
        Dictionary<(string Pool, string Name), TimeSpan> oldest = await OldestAsync(backends, cancellationToken);
        return [.. backends.Select(one => BackendJson.Of(one, AgeOf(oldest, one)))];
    }

    /// <summary>One backend as it is now.</summary>
    public async Task<BackendJson> BackendAsync(string pool, string name, CancellationToken cancellationToken)
    {
        BackendStatus backend = BackendNames.Find(balancer.Backends, pool, name);
        Dictionary<(string Pool, string Name), TimeSpan> oldest = await OldestAsync([backend], cancellationToken);
        return BackendJson.Of(backend, AgeOf(oldest, backend));
    }

    /// <summary>Looks at flows only where a backend drains: that is seldom, and walks through all of them.</summary>
    private async Task<Dictionary<(string Pool, string Name), TimeSpan>> OldestAsync(
        IReadOnlyList<BackendStatus> backends, CancellationToken cancellationToken)
    {
        BackendStatus[] draining =
            [.. backends.Where(static one => BackendJson.IsDraining(one) && one.ActiveConnections > 0)];
        if (draining.Length == 0) return [];

        FlowFilter filter = draining.Length > 1
            ? new FlowFilter() : new FlowFilter { Pool = draining[0].Pool, Backend = draining[0].Name };
        FlowListing flows = await balancer.FlowsAsync(filter, int.MaxValue, cancellationToken);
        return flows.Flows.Where(static flow => flow.Backend is not null)
            .GroupBy(static flow => (flow.Pool, flow.Backend!))
            .ToDictionary(static group => group.Key, static group => group.Max(static flow => flow.Age));
    }

    private static TimeSpan? AgeOf(Dictionary<(string Pool, string Name), TimeSpan> oldest, BackendStatus backend) =>
        oldest.TryGetValue((backend.Pool, backend.Name), out TimeSpan age) ? age : null;
}
