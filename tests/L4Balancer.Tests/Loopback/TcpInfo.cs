using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace L4Balancer.Tests.Loopback;

/// <summary>What the kernel has counted on a TCP socket: a part of <c>struct tcp_info</c> (linux/tcp.h).</summary>
/// <param name="SegmentsIn">Segments that came, the first of them a SYN.</param>
/// <param name="DataSegmentsIn">Those of them that carried bytes.</param>
internal readonly record struct TcpInfo(int SegmentsIn, int DataSegmentsIn)
{
    private const int TcpLevel = 6;
    private const int TcpInfoOption = 11;
    private const int SegmentsInOffset = 140; // tcpi_segs_in
    private const int DataSegmentsInOffset = 152; // tcpi_data_segs_in

    public static TcpInfo Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[256];
        int length = socket.GetRawSocketOption(TcpLevel, TcpInfoOption, info);
        info = info[..length];
        return new TcpInfo(
            MemoryMarshal.Read<int>(info[SegmentsInOffset..]), MemoryMarshal.Read<int>(info[DataSegmentsInOffset..]));
    }

    public static TcpInfo operator -(TcpInfo after, TcpInfo before) =>
        new(after.SegmentsIn - before.SegmentsIn, after.DataSegmentsIn - before.DataSegmentsIn);
}
