namespace L4Balancer.Config;

/// <summary>
/// What a new configuration would change, in lines for people. Content counts: the order of services, listeners and
/// backends has no meaning. A service is the same by name and protocol, a pool by name, a backend by pool, name, host
/// and port.
/// </summary>
public sealed class ConfigDiff
{
    private readonly List<string> _changes = [];
    private readonly List<string> _warnings = [];

    private ConfigDiff()
    {
    }

    /// <summary>What changes at once, a line each.</summary>
    public IReadOnlyList<string> Changes => _changes;

    /// <summary>What changes only when the process starts anew, a line each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The configurations say the same.</summary>
    public bool IsEmpty => _changes.Count == 0 && _warnings.Count == 0;

    /// <summary>Compares the configuration in force with the next one.</summary>
    public static ConfigDiff Between(BalancerConfig now, BalancerConfig next)
    {
        ConfigDiff diff = new();
        diff.CompareKeys("global.", ConfigKeys.Global, now.Global, next.Global);
        diff.CompareKeys("fleet.", ConfigKeys.Fleet, now.Fleet, next.Fleet);
        diff.CompareKeys("log.", ConfigKeys.Log, now.Log, next.Log);
        diff.CompareKeys("admin.", ConfigKeys.Admin, now.Admin, next.Admin);
        new ServiceComparison(diff, now, next).Write();
        new PoolComparison(diff, now, next).Write();
        return diff;
    }

    /// <summary>
    /// The configuration that is in force once a process has gone over to the next one: what changes only at a start is
    /// as before, so that the next comparison tells of it again.
    /// </summary>
    public static BalancerConfig InForce(BalancerConfig now, BalancerConfig next) => next with
    {
        Global = next.Global with { Shards = now.Global.Shards },
        Log = now.Log,
        Admin = now.Admin,
    };

    /// <summary>Adds a line to <see cref="Changes"/>.</summary>
    internal void Change(string line) => _changes.Add(line);

    /// <summary>Adds a line to <see cref="Warnings"/>.</summary>
    internal void Warn(string line) => _warnings.Add(line);

    /// <summary>Compares two records key by key.</summary>
    /// <param name="owner">Begins each line.</param>
    /// <param name="keys">What is compared.</param>
    /// <param name="now">The record in force.</param>
    /// <param name="next">The next one.</param>
    internal void CompareKeys<T>(string owner, IEnumerable<ConfigKey<T>> keys, T now, T next)
    {
        foreach (ConfigKey<T> key in keys)
        {
            if (key.Change(now, next) is not { } change) continue;

            if (key.Effect == KeyEffect.NextStart) Warn($"{owner}{change} takes effect at the next start");
            else Change($"{owner}{change}{Scope(key.Effect)}");
        }
    }

    private static string Scope(KeyEffect effect) => effect switch
    {
        KeyEffect.NewFlows => ", for new flows",
        KeyEffect.AllFlows => ", for all flows",
        _ => "",
    };
}
