using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a pool that say how much its backends get at once; see <see cref="PoolKeys"/>.</summary>
internal static class OverloadKeys
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>Reads them.</summary>
    public static PoolConfig Read(TableReader table, PoolConfig fallback) => fallback with
    {
        Queue = Queue(table.Table("queue"), fallback.Queue),
        SlowStart = new SlowStartConfig
        {
            Duration = table.Table("slow_start").Duration("duration", fallback.SlowStart.Duration),
        },
        OnDown = table.Word("on_down", fallback.OnDown, ConfigWords.DownFlows),
    };

    private static QueueConfig Queue(TableReader table, QueueConfig fallback) => new()
    {
        Size = table.Integer("size", fallback.Size, 0, QueueConfig.MostSize),
        Timeout = table.Duration("timeout", fallback.Timeout, ShortestTimeout),
    };
}
