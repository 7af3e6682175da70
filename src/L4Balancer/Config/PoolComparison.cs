using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>What changes of pools: which there are, what backends they have, what their keys say.</summary>
internal sealed class PoolComparison(ConfigDiff diff, BalancerConfig now, BalancerConfig next)
{
    /// <summary>Writes its lines.</summary>
    public void Write()
    {
        Dictionary<string, PoolConfig> before = Pools(now);
        foreach ((string name, PoolConfig pool) in Pools(next))
        {
            if (before.Remove(name, out PoolConfig? same)) Compare(same, pool);
            else diff.Change($"pool {name} is added: {Listed(pool.Backends)}");
        }

        foreach (string gone in before.Keys) diff.Change($"pool {gone} is removed");
    }

    /// <summary>How long flows may drain, to be read after that they do.</summary>
    public static string Bound(PoolConfig pool) =>
        pool.DrainTimeout == TimeSpan.Zero ? "" : $" for at most {DurationSyntax.Format(pool.DrainTimeout)}";

    /// <summary>The pools by name; services that share one hold the same.</summary>
    private static Dictionary<string, PoolConfig> Pools(BalancerConfig config) => config.Services
        .Select(static service => service.Pool)
        .DistinctBy(static pool => pool.Name)
        .ToDictionary(static pool => pool.Name);

    private static string Listed(IReadOnlyList<BackendConfig> backends)
    {
        const int Most = 3;
        string names = string.Join(", ", backends.Take(Most).Select(static backend => backend.Name));
        string rest = backends.Count > Most ? $" and {backends.Count - Most} more" : "";
        return $"{(backends.Count == 1 ? "backend" : "backends")} {names}{rest}";
    }

    private void Compare(PoolConfig before, PoolConfig after)
    {
        string owner = $"pool {after.Name}: ";
        diff.CompareKeys(owner, ConfigKeys.Pool, before, after);

        Dictionary<string, BackendConfig> left = before.Backends.ToDictionary(static backend => backend.Name);
        foreach (BackendConfig backend in after.Backends)
        {
            if (left.Remove(backend.Name, out BackendConfig? same)) Compare(owner, same, backend, after);
            else diff.Change($"{owner}backend {Described(backend)} is added{Weighted(backend)}");
        }

        foreach (BackendConfig gone in left.Values)
        {
            diff.Change($"{owner}backend {Described(gone)} is removed; {Leaving("its", after)}");
        }
    }

    private void Compare(string owner, BackendConfig before, BackendConfig after, PoolConfig pool)
    {
        (string from, string to) = (ConfigText.Address(before), ConfigText.Address(after));
        if (from == to)
        {
            diff.CompareKeys($"{owner}backend {after.Name}: ", ConfigKeys.Backend, before, after);
            return;
        }

        diff.Change($"{owner}backend {after.Name}: address {from} -> {to}{Weighted(after)}; it counts as another "
            + $"backend, and {Leaving("the former's", pool)}");
    }

    /// <summary>What the flows of a removed backend do; what UDP clients have there is no connection to end.</summary>
    private string Leaving(string whose, PoolConfig pool)
    {
        FlowProtocol[] users =
            [.. now.Services.Where(service => service.Pool.Name == pool.Name).Select(static one => one.Protocol)];
        string drains = $"flows drain{Bound(pool)}";
        const string Moves = "flows move to other backends";
        if (!users.Contains(FlowProtocol.Udp)) return $"{whose} {drains}";

        return users.Contains(FlowProtocol.Tcp) ? $"{whose} TCP {drains}, its UDP {Moves}" : $"{whose} {Moves}";
    }

    private static string Described(BackendConfig backend)
    {
        string address = ConfigText.Address(backend);
        return backend.Name == address ? address : $"{backend.Name} ({address})";
    }

    private static string Weighted(BackendConfig backend) => backend.Weight == 1 ? "" : $", weight {backend.Weight}";
}
