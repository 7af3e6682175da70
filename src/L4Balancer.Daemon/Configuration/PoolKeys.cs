using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// The keys of a pool, in <c>[pool.NAME]</c> or in the table of its service; see <see cref="KnownKeys"/>.
/// </summary>
internal static class PoolKeys
{
    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);

    /// <summary>The keys of a pool that may also stand in <c>[defaults]</c>.</summary>
    public static PoolConfig Read(TableReader table, PoolConfig fallback) => BalanceKeys.Read(table, fallback) with
    {
        Health = HealthKeys.Read(table.Table("health"), fallback.Health),
        Ejection = Ejection(table.Table("ejection"), fallback.Ejection),
        Zones = FleetKeys.Zones(table.Table("zones"), fallback.Zones),
        SubsetSize = table.Table("subset").Integer("size", fallback.SubsetSize, 0, PoolConfig.MaxBackends),
        PanicThreshold = table.Table("panic").Share("threshold", fallback.PanicThreshold),
        WhenDown = table.Word("when_down", fallback.WhenDown, ConfigWords.WhenDown),
        DrainTimeout = table.Table("drain").Duration("timeout", fallback.DrainTimeout),
    };

    private static EjectionConfig Ejection(TableReader table, EjectionConfig fallback)
    {
        EjectionConfig ejection = new()
        {
            Failures = table.Integer("failures", fallback.Failures, 0, int.MaxValue),
            Base = table.Duration("base", fallback.Base, MoreThanZero),
            Max = table.Duration("max", fallback.Max, MoreThanZero),
            MaxEjected = table.Share("max_ejected", fallback.MaxEjected),
        };
        return ejection.Max < ejection.Base && (table.Node("base") ?? table.Node("max")) is { } at
            ? table.Reject(at, $"'base' ({DurationSyntax.Format(ejection.Base)}) is longer than 'max' "
                + $"({DurationSyntax.Format(ejection.Max)})", fallback)
            : ejection;
    }
}
