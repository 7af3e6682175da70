using L4Balancer.Daemon.Admin.Forms;

namespace L4Balancer.Daemon.Admin;

/// <summary>What the balancer is doing, ready to be written. Any thread.</summary>
internal sealed class AdminStatus(Balancer balancer) : IDisposable
{
    private readonly SemaphoreSlim _walking = new(1, 1);

    /// <summary>Every service.</summary>
    public IReadOnlyList<ServiceJson> Services() => [.. balancer.ServiceStatuses.Select(ServiceJson.Of)];

    /// <summary>Every backend; of those that drain, with the age of the oldest flow.</summary>
    public async Task<IReadOnlyList<BackendJson>> BackendsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<BackendStatus> backends = balancer.Backends;
        IReadOnlyDictionary<(string Pool, string Backend), TimeSpan> oldest =
            await OldestAsync(backends, cancellationToken);
        return [.. backends.Select(one => BackendJson.Of(one, AgeOf(oldest, one)))];
    }

    /// <summary>One backend as it is now.</summary>
    public async Task<BackendJson> BackendAsync(string pool, string name, CancellationToken cancellationToken)
    {
        BackendStatus backend = BackendNames.Find(balancer.Backends, pool, name);
        IReadOnlyDictionary<(string Pool, string Backend), TimeSpan> oldest =
            await OldestAsync([backend], cancellationToken);
        return BackendJson.Of(backend, AgeOf(oldest, backend));
    }

    /// <inheritdoc/>
    public void Dispose() => _walking.Dispose();

    /// <summary>Looks at flows only where a backend drains: that walks through all of them.</summary>
    private async Task<IReadOnlyDictionary<(string Pool, string Backend), TimeSpan>> OldestAsync(
        IReadOnlyList<BackendStatus> backends, CancellationToken cancellationToken)
    {
        bool drains = backends.Any(static one => BackendJson.IsDraining(one) && one.ActiveConnections > 0);
        if (!drains) return new Dictionary<(string Pool, string Backend), TimeSpan>();

        await _walking.WaitAsync(cancellationToken);
        try
        {
            return await balancer.OldestFlowsAsync(); // To its end, whoever waits for it: one walk at a time.
        }
        finally
        {
            _walking.Release();
        }
    }

    private static TimeSpan? AgeOf(
        IReadOnlyDictionary<(string Pool, string Backend), TimeSpan> oldest, BackendStatus backend) =>
        oldest.TryGetValue((backend.Pool, backend.Name), out TimeSpan age) ? age : null;
}
