using L4Balancer.Shards;

namespace L4Balancer.Udp;

/// <summary>The way of datagrams through one shard, in both directions; shared by its UDP services.</summary>
internal sealed class UdpPaths(Shard shard) : IDisposable
{
    /// <summary>From clients to servers.</summary>
    public RequestPath Requests { get; } = new();

    /// <summary>From servers to clients.</summary>
    public ReplyPath Replies { get; } = new(shard);

    /// <summary>Frees the buffers. The shard has ended.</summary>
    public void Dispose()
    {
        Requests.Dispose();
        Replies.Dispose();
    }
}
