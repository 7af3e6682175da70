namespace L4Balancer.Shards;

/// <summary>
/// How many sessions a shard has. Changed and read by every shard, once a session; so it is an atomic.
/// </summary>
internal sealed class ShardLoad
{
    private int _sessions;

    public int Sessions => Volatile.Read(ref _sessions);

    public void Add() => Interlocked.Increment(ref _sessions);

    public void Remove() => Interlocked.Decrement(ref _sessions);
}
