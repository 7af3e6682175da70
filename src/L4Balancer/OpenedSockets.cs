using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer;

/// <summary>The sockets of one address that are open and belong to nobody yet.</summary>
/// <param name="Configured">The address as it is configured.</param>
/// <param name="Bound">The address with the port that the kernel chose where it was 0.</param>
/// <param name="Fds">The sockets, by shard.</param>
internal sealed record OpenedSockets(ListenAddress Configured, ListenAddress Bound, int[] Fds)
{
    /// <summary>Opens the sockets of an address, one for each shard.</summary>
    /// <param name="service">What is to listen.</param>
    /// <param name="address">Where.</param>
    /// <param name="shards">How many.</param>
    /// <param name="besideOwn">This process listens there already, by an address that overlaps this one.</param>
    /// <exception cref="BalancerStartException">The address cannot be listened on.</exception>
    public static OpenedSockets Open(ServiceConfig service, ListenAddress address, int shards, bool besideOwn)
    {
        int[] fds = ListeningSockets.Open(service, address, shards, besideOwn, out IpEndpoint endpoint);
        return new OpenedSockets(address, address with { Endpoint = endpoint }, fds);
    }

    /// <summary>Closes them, unused.</summary>
    public void Close() => Array.ForEach(Fds, SocketCalls.Close);
}
