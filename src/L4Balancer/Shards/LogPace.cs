namespace L4Balancer.Shards;

/// <summary>
/// Keeps a message that would be repeated again and again to once a minute. For one place of one shard's code.
/// </summary>
internal sealed class LogPace(Shard shard)
{
    private static readonly long Interval = ShardClock.Ticks(TimeSpan.FromMinutes(1));

    private long _next;

    /// <summary>True where the message may be logged now; not again for a minute then.</summary>
    public bool IsDue()
    {
        if (shard.Now < _next) return false;

        _next = shard.Now + Interval;
        return true;
    }
}
