using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;

namespace L4Balancer;

/// <summary>A pool with what watches it.</summary>
internal sealed record PoolRuntime(Pool Pool, Ejector Ejector, HealthMonitor Monitor, SlowStart SlowStart)
{
    /// <summary>Watches nothing any more.</summary>
    public async Task EndAsync()
    {
        await Monitor.DisposeAsync();
        Ejector.Dispose();
        SlowStart.Dispose();
    }

    /// <summary>Goes over to a configuration whose new backends were added and judged before.</summary>
    /// <returns>How many backends were taken out.</returns>
    public async Task<int> ChangeAsync(PoolConfig next, FleetPlace place)
    {
        PoolConfig now = Pool.Config;
        bool asksAnew = ConfigKeys.Pool.Any(key => key.Name.StartsWith("health.", StringComparison.Ordinal)
            && key.Text(now) != key.Text(next));
        IReadOnlyList<Backend> removed = Pool.Apply(next, place);
        Monitor.JudgeByPool();
        await ForgetAsync(removed);
        if (asksAnew) Monitor.Reconsider();
        Ejector.Reconsider();
        return removed.Count;
    }

    /// <summary>Watches some backends no longer, and remembers nothing of them.</summary>
    public async Task ForgetAsync(IReadOnlyList<Backend> backends)
    {
        if (backends.Count == 0) return;

        await Monitor.RemoveAsync(backends);
        foreach (Backend backend in backends) Ejector.Forget(backend);
    }
}
