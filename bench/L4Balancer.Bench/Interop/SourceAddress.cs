using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Bench.Interop;

/// <summary>The address that a connection is made from.</summary>
internal static unsafe class SourceAddress
{
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24; // IP_BIND_ADDRESS_NO_PORT

    /// <summary>
    /// Binds a socket to an address, and leaves the port to its connect (ip(7)). A bind that chose the port would have
    /// to choose one that no connection uses, wherever it leads to, and none in TIME_WAIT.
    /// </summary>
    public static SyscallResult Bind(int fd, IpAddress address)
    {
        int on = 1;
        SyscallResult set = Libc.Result(Libc.setsockopt(fd, IpLevel, BindAddressNoPort, &on, sizeof(int)));
        return set.IsError ? set : SocketCalls.Bind(fd, new IpEndpoint(address, 0), v6: false);
    }
}
