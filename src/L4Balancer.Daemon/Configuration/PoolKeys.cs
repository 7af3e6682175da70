using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys of a pool, in <c>[pool.NAME]</c> or in the table of its service; see <see cref="KnownKeys"/>.
/// </summary>
internal static class PoolKeys
{
    /// <summary>The keys of a pool that may also stand in <c>[defaults]</c>.</summary>
    public static PoolConfig Read(TableReader table, PoolConfig fallback) =>
        ReadOthers(table, OverloadKeys.Read(table, BalanceKeys.Read(table, fallback)), fallback);

    private static PoolConfig ReadOthers(TableReader table, PoolConfig read, PoolConfig fallback) => read with
    {
        Health = HealthKeys.Read(table.Table("health"), fallback.Health),
        Ejection = EjectionKeys.Read(table.Table("ejection"), fallback.Ejection),
        Zones = FleetKeys.Zones(table.Table("zones"), fallback.Zones),
        SubsetSize = table.Table("subset").Integer("size", fallback.SubsetSize, 0, PoolConfig.MaxBackends),
        PanicThreshold = table.Table("panic").Share("threshold", fallback.PanicThreshold),
        WhenDown = table.Word("when_down", fallback.WhenDown, ConfigWords.WhenDown),
        DrainTimeout = table.Table("drain").Duration("timeout", fallback.DrainTimeout),
        Names = ResolveKeys.Read(table, fallback.Names),
    };
}
