using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer;

/// <summary>The sockets of one address that are open and belong to nobody yet.</summary>
/// <param name="Configured">The address as it is configured.</param>
/// <param name="Sockets">
/// At least one. The shards have them in turn, so that none is without one who serves it.
/// </param>
internal sealed record OpenedSockets(ListenAddress Configured, ListeningDescriptor[] Sockets)
{
    /// <summary>The address with the port that the kernel chose where it was 0.</summary>
    public ListenAddress Bound => Sockets[0].Address;

    /// <summary>The descriptors.</summary>
    public int[] Fds => [.. Sockets.Select(static one => one.Fd)];

    /// <summary>Closes them, unused.</summary>
    public void Close() => Array.ForEach(Sockets, static one => SocketCalls.Close(one.Fd));
}
