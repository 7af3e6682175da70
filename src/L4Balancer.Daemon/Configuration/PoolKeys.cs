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
        Ejection = Ejection(table.Table("ejection"), fallback.Ejection),
        Queue = Queue(table.Table("queue"), fallback.Queue),
        SlowStart = new SlowStartConfig
        {
            Duration = table.Table("slow_start").Duration("duration", fallback.SlowStart.Duration),
        },
        OnDown = table.Word("on_down", fallback.OnDown, ConfigWords.DownFlows),
        DrainTimeout = table.Table("drain").Duration("timeout", fallback.DrainTimeout),
    };

    private static QueueConfig Queue(TableReader table, QueueConfig fallback) => new()
    {
        Size = table.Integer("size", fallback.Size, 0, QueueConfig.MostSize),
        Timeout = table.Duration("timeout", fallback.Timeout, MoreThanZero),
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
