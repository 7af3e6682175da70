using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a pool's <c>[….ejection]</c> table; see <see cref="KnownKeys"/>.</summary>
internal static class EjectionKeys
{
    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads them.</summary>
    public static EjectionConfig Read(TableReader table, EjectionConfig fallback)
    {
        EjectionConfig ejection = new()
        {
            Failures = table.Integer("failures", fallback.Failures, 0, int.MaxValue),
            Base = table.Duration("base", fallback.Base, MoreThanZero),
            Max = table.Duration("max", fallback.Max, MoreThanZero),
            MaxEjected = table.Share("max_ejected", fallback.MaxEjected),
            FailureShare = table.Share("failure_share", fallback.FailureShare),
            MinFlows = table.Integer("min_flows", fallback.MinFlows, 1, int.MaxValue),
            Window = table.Duration("window", fallback.Window, ShortestWindow),
            Reinstate = table.Word("reinstate", fallback.Reinstate, ConfigWords.Reinstatements),
        };
        return ejection.Max < ejection.Base && (table.Node("base") ?? table.Node("max")) is { } at
            ? table.Reject(at, $"'base' ({DurationSyntax.Format(ejection.Base)}) is longer than 'max' "
                + $"({DurationSyntax.Format(ejection.Max)})", fallback)
            : ejection;
    }
}
