namespace L4Balancer.Shards;

/// <summary>Who holds sockets and a deadline on one shard: a session.</summary>
internal abstract class SocketOwner : ShardTimer
{
    /// <summary>
    /// Called on the shard's thread when a socket has failed or was reset, before those who wait on it go on. It may be
    /// that nobody waits on it.
    /// </summary>
    protected internal abstract void OnFailed(ShardSocket socket);
}
