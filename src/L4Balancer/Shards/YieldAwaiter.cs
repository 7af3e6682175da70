namespace L4Balancer.Shards;

/// <summary>Lets the shard's other flows have their turn: goes on after the events of the next turn.</summary>
internal readonly struct YieldAwaiter(Shard shard) : IShardAwaiter
{
    public bool IsCompleted => false;

    public YieldAwaiter GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Continuation continuation) => shard.DeferToNextTurn(continuation);

    public void OnCompleted(Action continuation) => shard.DeferToNextTurn(new Continuation(continuation));

    public void UnsafeOnCompleted(Action continuation) => shard.DeferToNextTurn(new Continuation(continuation));
}
