namespace L4Balancer.Shards;

/// <summary>
/// Something with a deadline on one shard; it is its own entry of the <see cref="TimerWheel"/>, so arming allocates
/// nothing.
/// </summary>
internal abstract class ShardTimer
{
    /// <summary>The <see cref="Slot"/> of a timer that is not armed.</summary>
    internal const int NotArmed = -1;

    /// <summary>It waits for its deadline.</summary>
    public bool IsArmed => Slot != NotArmed;

    internal ShardTimer? Previous { get; set; }

    internal ShardTimer? Next { get; set; }

    /// <summary>When it is due, in <see cref="ShardClock"/> ticks. Meaningful while armed.</summary>
    internal long Deadline { get; set; }

    /// <summary>The wheel's slot that holds it, or a negative number while none does.</summary>
    internal int Slot { get; set; } = NotArmed;

    /// <summary>
    /// Called once on the shard's thread when the deadline has passed; the timer is no longer armed then.
    /// </summary>
    protected internal abstract void OnDue();
}
