using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys of a pool, in <c>[pool.NAME]</c> or in the table of its service; see <see cref="KnownKeys"/>.
/// </summary>
internal static class PoolKeys
{
    /// <summary>The keys of a pool that may also stand in <c>[defaults]</c>.</summary>
    public static PoolConfig Read(TableReader table, PoolConfig fallback) => BalanceKeys.Read(table, fallback) with
    {
        Health = HealthKeys.Read(table.Table("health"), fallback.Health),
        Ejection = EjectionKeys.Read(table.Table("ejection"), fallback.Ejection),
        DrainTimeout = table.Table("drain").Duration("timeout", fallback.DrainTimeout),
    };
}
