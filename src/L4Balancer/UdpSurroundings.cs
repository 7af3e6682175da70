using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Udp;

namespace L4Balancer;

/// <summary>What all UDP services share. Opened when there is the first.</summary>
internal sealed class UdpSurroundings(IReadOnlyList<Shard> shards, bool allowsOffload) : IDisposable
{
    /// <summary>The way of datagrams through each shard.</summary>
    public IReadOnlyList<UdpPaths> Paths { get; } = [.. shards.Select(static shard => new UdpPaths(shard))];

    /// <summary>What the kernel can do with trains of datagrams.</summary>
    public DatagramOffload Offload { get; } = allowsOffload ? DatagramOffload.Detect() : default;

    /// <summary>What this process listens on, kept by <see cref="ListensOn"/>.</summary>
    public OwnAddresses OwnAddresses { get; } = new();

    /// <summary>Says what this process listens on from now on. Any thread.</summary>
    public void ListensOn(IEnumerable<IpEndpoint> endpoints) => OwnAddresses.Set(endpoints);

    /// <summary>Frees the buffers. The shards have ended.</summary>
    public void Dispose()
    {
        foreach (UdpPaths paths in Paths) paths.Dispose();
    }
}
