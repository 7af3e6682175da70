namespace L4Balancer.Shards;

/// <summary>
/// Holds back one async method of a shard until somebody opens the gate or a time has passed. All on the shard's
/// thread.
/// </summary>
internal sealed class ShardGate(Shard shard) : ShardTimer, IShardAwaiter
{
    private Continuation _waiter;

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
        if (!_waiter.IsSet) return;

        shard.Defer(_waiter);
        _waiter = default;
    }

    /// <summary>As <see cref="Open"/>, from any thread, soon.</summary>
    public void PostOpen() => shard.Post(Open);

    public ShardGate GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Continuation continuation) => _waiter = continuation;

    public void OnCompleted(Action continuation) => _waiter = new Continuation(continuation);

    public void UnsafeOnCompleted(Action continuation) => _waiter = new Continuation(continuation);

    protected internal override void OnDue() => Open();
}
