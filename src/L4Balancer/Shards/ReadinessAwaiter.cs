namespace L4Balancer.Shards;

/// <summary>
/// Waits until one direction of a <see cref="ShardSocket"/> is ready. A value without allocation; the continuation runs
/// on the shard's thread. The result is false once the socket is closed.
/// </summary>
internal readonly struct ReadinessAwaiter(ShardSocket socket, bool forReading) : IShardAwaiter
{
    /// <summary>True where there is nothing to wait for.</summary>
    public bool IsCompleted => forReading ? socket.IsReadable : socket.IsWritable;

    public ReadinessAwaiter GetAwaiter() => this;

    public bool GetResult() => !socket.IsClosed;

    public void OnCompleted(Action continuation) => OnCompleted(new Continuation(continuation));

    public void UnsafeOnCompleted(Action continuation) => OnCompleted(new Continuation(continuation));

    public void OnCompleted(Continuation continuation)
    {
        if (forReading) socket.SetReader(continuation);
        else socket.SetWriter(continuation);
    }
}
