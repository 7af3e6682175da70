using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>What pools ask of the place that this balancer has in its fleet.</summary>
internal sealed class FleetRules(TableReader root, BalancerConfig config, ProblemList problems)
{
    private static readonly string[] PreferLocal = ["zones", "prefer_local"];
    private static readonly string[] SubsetSize = ["subset", "size"];

    private readonly HashSet<TomlPosition> _reported = []; // What stands in [defaults] is wrong once.

    /// <summary>Reports what a pool asks for in vain.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="table">Where its keys stand.</param>
    public void Check(PoolConfig pool, TableReader table)
    {
        if (pool.Zones.PreferLocal && config.Global.Zone.Length == 0)
        {
            Report(table, PreferLocal, "'prefer_local' needs to know where this balancer is; write zone = \"NAME\" in "
                + "[global], and a zone at each backend");
        }

        if (pool.SubsetSize > 0 && root.Find("fleet", "size") is null)
        {
            Report(table, SubsetSize, "a subset needs to know how many balancers share the backends; write index and "
                + "size in [fleet]");
        }
    }

    private void Report(TableReader table, string[] key, string message)
    {
        TomlPosition place = table.Find(key)?.KeyPosition
            ?? root.Find(["defaults", .. key])?.KeyPosition ?? table.Position;
        if (_reported.Add(place)) problems.Error(place, message);
    }
}
