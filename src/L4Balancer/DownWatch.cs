using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;

namespace L4Balancer;

/// <summary>
/// Ends the connections of a backend when probes or failed connects take it out, where <c>on_down</c> says so. Whoever
/// picked it just before is known by then, or finds out that it is down before he dials: a shard does the one or the
/// other before it looks at its flows, or after.
/// </summary>
internal sealed class DownWatch
{
    private readonly Pool _pool;
    private readonly LiveFlows _flows;
    private HashSet<Backend> _down = []; // The pool's writer's.

    /// <summary>Watches a pool from now on, for as long as that is there.</summary>
    public DownWatch(Pool pool, LiveFlows flows)
    {
        _pool = pool;
        _flows = flows;
        pool.Noted += Note;
    }

    private void Note()
    {
        HashSet<Backend> down = [.. _pool.Backends.Where(static one => one.IsOut)];
        if (_pool.Config.OnDown == OnDown.Close)
        {
            foreach (Backend backend in down.Except(_down)) _ = _flows.LeaveAsync(backend);
        }

        _down = down;
    }
}
