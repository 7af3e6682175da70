using L4Balancer.Backends;
using L4Balancer.Pools;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// What an operator does to backends while they run. It stays over changes of the configuration for as long as a
/// backend is the same. Control plane, any thread.
/// </summary>
internal sealed class BackendControl(BalancerParts parts)
{
    /// <summary>Says what is wanted of a backend.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="name">The backend's name.</param>
    /// <param name="state">What is wanted.</param>
    /// <param name="timeout">
    /// When the flows of a drained one are ended; null for the pool's own time, zero for never.
    /// </param>
    /// <returns>False where there is no such backend.</returns>
    public bool SetState(string pool, string name, AdminState state, TimeSpan? timeout)
    {
        if (Find(pool, name) is not var (found, backend)) return false;

        TimeSpan drain = state == AdminState.Drain ? timeout ?? found.Config.DrainTimeout : TimeSpan.Zero;
        long deadline = found.Deadline(drain);
        found.Change(() =>
        {
            backend.SetAdmin(state, deadline);
            parts.Logger.BackendAdmin(pool, name, Words(state), found.AvailableNow, found.Backends.Count);
            return true;
        });

        // Flows that chose it before are known by now, or find it closed when they begin.
        if (state == AdminState.Maint) _ = parts.Flows.CloseAsync(backend, CloseReason.AdminKill);
        return true;
    }

    /// <summary>Sets a backend's weight; null returns to the configured one.</summary>
    /// <returns>False where there is no such backend.</returns>
    public bool SetWeight(string pool, string name, int? weight)
    {
        if (Find(pool, name) is not var (found, backend)) return false;

        found.Change(() =>
        {
            backend.SetWeight(weight);
            parts.Logger.BackendWeight(pool, name, backend.Weight, backend.ConfiguredWeight);
            return true;
        });
        return true;
    }

    private static string Words(AdminState state) => state switch
    {
        AdminState.Drain => "drained: it keeps the flows it has and gets no new ones",
        AdminState.Maint => "in maintenance: its flows are ended",
        _ => "ready for flows",
    };

    private (Pool Pool, Backend Backend)? Find(string pool, string name) =>
        parts.Pools.FirstOrDefault(one => one.Pool.Name == pool)?.Pool is { } found
        && found.Backends.FirstOrDefault(one => one.Name == name) is { } backend
            ? (found, backend)
            : null;
}
