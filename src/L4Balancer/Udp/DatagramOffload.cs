using L4Balancer.Interop;

namespace L4Balancer.Udp;

/// <summary>
/// What the kernel can do with trains of datagrams: it cuts what is sent (UDP_SEGMENT, Linux 4.18) and gives what it
/// received joined (UDP_GRO, Linux 5.0). Without, datagrams go one by one.
/// </summary>
internal readonly record struct DatagramOffload(bool Cuts, bool Joins)
{
    /// <summary>Asks the kernel, by a socket that sends nothing.</summary>
    public static DatagramOffload Detect()
    {
        SyscallResult opened = SocketCalls.OpenUdp(v6: false);
        if (opened.IsError) return default;

        int fd = opened.Value;
        bool cuts = !SocketOptions.SegmentSize(fd, 0).IsError;
        bool joins = !SocketOptions.ReceiveTrains(fd).IsError;
        SocketCalls.Close(fd);
        return new DatagramOffload(cuts, joins);
    }
}
