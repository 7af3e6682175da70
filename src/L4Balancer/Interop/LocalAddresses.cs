using L4Balancer.Net;

namespace L4Balancer.Interop;

/// <summary>Tells which addresses are this host's, as the routing has it at this moment.</summary>
internal static class LocalAddresses
{
    private const uint LoopbackNet = 127;
    private const ushort AnyPort = 9; // Nothing is sent.

    /// <summary>
    /// True where datagrams to an address would stay on this host: the kernel then sends them from that same address.
    /// Three system calls; false also where the process is out of descriptors.
    /// </summary>
    public static bool Contains(IpAddress address)
    {
        if (address.IsV4 && address.V4 >> 24 == LoopbackNet) return true;

        SyscallResult opened = SocketCalls.OpenUdp(v6: !address.IsV4);
        if (opened.IsError) return false;

        int fd = opened.Value;
        bool reached = !SocketCalls.Connect(fd, new IpEndpoint(address, AnyPort)).IsError;
        bool known = !SocketCalls.LocalEndpoint(fd, out IpEndpoint local).IsError;
        SocketCalls.Close(fd);
        return reached && known && local.Address == address;
    }
}
