using System.Runtime.CompilerServices;

namespace L4Balancer.Shards;

/// <summary>
/// Holds back one async method of a shard until somebody opens the gate or a time has passed. All on the shard's
/// thread.
/// </summary>
internal sealed class ShardGate(Shard shard) : ShardTimer, ICriticalNotifyCompletion
{
    private Action? _waiter;

    public bool IsCompleted { get; private set; } = true;

    /// <summary>Closes the gate, for the time given or, where it is null, until it is opened. To be awaited.</summary>
    public ShardGate Close(TimeSpan? time)
    {
        IsCompleted = false;
        if (time is { } atMost) shard.Timers.Arm(this, shard.Now + ShardClock.Ticks(atMost));
        return this;
    }

    /// <summary>Lets the one who waits go on, after the present event.</summary>
    public void Open()
    {
        shard.Timers.Cancel(this);
        IsCompleted = true;
        if (_waiter is not { } waiter) return;

        _waiter = null;
        shard.Defer(waiter);
    }

    public ShardGate GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => _waiter = continuation;

    public void UnsafeOnCompleted(Action continuation) => _waiter = continuation;

    protected internal override void OnDue() => Open();
}
