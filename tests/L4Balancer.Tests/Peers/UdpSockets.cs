using System.Net;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Tests.Peers;

/// <summary>Short words for what tests do with UDP sockets.</summary>
internal static class UdpSockets
{
    private const int AnswerPatience = 10_000; // Milliseconds.
    private const int MostBytes = 65_535;
    private const int UdpLevel = 17; // SOL_UDP
    private const int UdpSegment = 103; // UDP_SEGMENT

    /// <summary>A socket that hears only what comes from this very address.</summary>
    public static Socket ConnectUdp(this IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = AnswerPatience,
        };
        socket.Connect(address);
        return socket;
    }

    /// <summary>What is sent at once leaves as datagrams of so many bytes, of which the last may be shorter.</summary>
    public static void SendInSegments(this Socket socket, int bytes) =>
        socket.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(bytes));

    /// <summary>Sends text as one datagram.</summary>
    public static void SendDatagram(this Socket socket, string text) => socket.Send(Encoding.UTF8.GetBytes(text));

    /// <summary>The next datagram; fails where none comes.</summary>
    public static byte[] ReceiveDatagram(this Socket socket)
    {
        byte[] buffer = new byte[MostBytes];
        return buffer[..socket.Receive(buffer)];
    }

    /// <summary>The next datagram as text; fails where none comes.</summary>
    public static string ReceiveText(this Socket socket) => Encoding.UTF8.GetString(socket.ReceiveDatagram());

    /// <summary>Sends text as one datagram.</summary>
    /// <returns>The answer.</returns>
    public static string Ask(this Socket socket, string text)
    {
        socket.SendDatagram(text);
        return socket.ReceiveText();
    }
}
