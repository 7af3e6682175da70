namespace L4Balancer.Shards;

/// <summary>Sizes of a shard. The defaults are what was measured best; tests use others.</summary>
internal sealed record ShardOptions
{
    /// <summary>The receive buffer that all flows of a shard share.</summary>
    public int ReceiveBufferBytes { get; init; } = 64 * 1024;

    /// <summary>Events taken from the kernel at once.</summary>
    public int EventBatch { get; init; } = 256;

    /// <summary>Capacity asked for each kernel pipe.</summary>
    public int KernelPipeBytes { get; init; } = 256 * 1024;

    /// <summary>Kernel pipes that one shard may hold, each two descriptors; 0 turns splicing off.</summary>
    public int MaxKernelPipes { get; init; } = 32;

    /// <summary>Whether UDP datagrams go in trains where the kernel can (UDP_SEGMENT, UDP_GRO).</summary>
    public bool DatagramOffload { get; init; } = true;
}
