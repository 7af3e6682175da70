namespace L4Balancer.Shards;

/// <summary>
/// Waits until something has happened to a <see cref="ShardSocket"/>, whether or not a receive has a point. The result
/// is false once it is closed.
/// </summary>
internal readonly struct NewsAwaiter(ShardSocket socket) : IShardAwaiter
{
    public bool IsCompleted => socket.IsClosed;

    public NewsAwaiter GetAwaiter() => this;

    public bool GetResult() => !socket.IsClosed;

    public void OnCompleted(Continuation continuation) => socket.SetReader(continuation);

    public void OnCompleted(Action continuation) => OnCompleted(new Continuation(continuation));

    public void UnsafeOnCompleted(Action continuation) => OnCompleted(new Continuation(continuation));
}
