using System.Globalization;
using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Whether the keys that say how a pool chooses a backend go with its backends and with each other. What
/// <c>[defaults]</c> says in vain is not told, for it may be meant for others.
/// </summary>
internal sealed class BalanceRules(ProblemList problems)
{
    private const int SlotsForEach = 100; // Keep shares within a percent.

    /// <summary>Reports what does not go together.</summary>
    /// <param name="pool">As it was read.</param>
    /// <param name="table">Where its keys stand.</param>
    public void Check(PoolConfig pool, TableReader table)
    {
        int backends = pool.Backends.Count;
        if (pool.Balance == BalancePolicy.Maglev && pool.Maglev.TableSize < backends)
        {
            string message = string.Create(
                CultureInfo.InvariantCulture,
                $"the table of {pool.Maglev.TableSize} slots has none for some of the {backends} backends of "
                    + $"[{table.Path}]; write a prime of about {SlotsForEach * (long)backends} as maglev.table_size");
            problems.Error(table.Find("maglev", "table_size")?.KeyPosition ?? table.Position, message);
        }

        if (pool is { WhenDown: WhenDown.Refuse, PanicThreshold: > 0 } && table.Find("when_down") is { } whenDown)
        {
            problems.Warning(
                whenDown.KeyPosition,
                "when_down = \"refuse\" means nothing beside panic.threshold, by which all are used once none is "
                    + "available");
        }
    }
}
