using System.Runtime.CompilerServices;

namespace L4Balancer.Shards;

/// <summary>An awaiter of the shards, which takes a <see cref="Detached"/> method without a delegate.</summary>
internal interface IShardAwaiter : ICriticalNotifyCompletion
{
    /// <summary>Has the continuation run later. The shard's thread alone.</summary>
    public void OnCompleted(Continuation continuation);
}
