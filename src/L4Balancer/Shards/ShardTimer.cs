namespace L4Balancer.Shards;

/// <summary>
/// Something with a deadline on one shard; it is its own entry of the <see cref="TimerWheel"/>, so arming allocates nothing.
/// </summary>
internal abstract class ShardTimer
{
    internal ShardTimer? Previous { get; set; }

    internal ShardTimer? Next { get; set; }

    /// <summary>When it is due, in <see cref="ShardClock"/> ticks. Meaningful while armed.</summary>
    internal long Deadline { get; set; }

    /// <summary>The wheel's slot that holds it, or -1 while it is not armed.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>Called once on the shard's thread when the deadline has passed; the timer is no longer armed then.</summary>
    protected internal abstract void OnDue();
}
