using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Warns of what a pool's own table says in vain about how much its backends get at once. In <c>[defaults]</c> it may
/// stand for those that it means something to.
/// </summary>
internal sealed class OverloadRules(ProblemList problems)
{
    /// <summary>Reports it.</summary>
    /// <param name="pool">As it was read.</param>
    /// <param name="table">Where its keys stand.</param>
    /// <param name="isForUdpAlone">Somebody uses it, and only UDP services do.</param>
    public void Check(PoolConfig pool, TableReader table, bool isForUdpAlone)
    {
        bool mayBeFull = pool.Backends.Any(static backend => backend.MaxConnections > 0)
            || pool.BackendsFile.Length > 0 || pool.Health.AgentPort != 0;
        if (pool.Queue.Size > 0 && table.Find("queue", "size") is { } size)
        {
            if (isForUdpAlone) Warn(size, "datagrams do not wait, and only UDP services use these backends");
            else if (!mayBeFull) Warn(size, $"nobody will wait: no backend of [{table.Path}] has max_connections");
        }

        if (isForUdpAlone && pool.OnDown != OnDown.Keep && table.Find("on_down") is { } onDown)
        {
            Warn(onDown, "sessions of UDP move to other backends by themselves, and only UDP services use these");
        }
    }

    private void Warn(TomlEntry at, string message) => problems.Warning(at.KeyPosition, message);
}
