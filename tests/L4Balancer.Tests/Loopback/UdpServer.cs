using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Tests.Loopback;

/// <summary>A UDP server on a free port of a loopback address, on a thread of its own.</summary>
internal sealed class UdpServer : IDisposable
{
    private const int ReceiveBufferBytes = 1 << 22;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private volatile bool _ending;

    /// <summary>Starts one that does with each datagram what <paramref name="serve"/> says.</summary>
    public UdpServer(Action<Socket, byte[], EndPoint> serve, IPAddress? address = null, int port = 0)
    {
        IPAddress own = address ?? IPAddress.Loopback;
        _socket = new Socket(own.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = ReceiveBufferBytes,
        };
        _socket.Bind(new IPEndPoint(own, port));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _thread = new Thread(() => ServeLoop(serve)) { IsBackground = true };
        _thread.Start();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Who sent datagrams, as this server saw it, with their bytes; in the order of their coming.</summary>
    public ConcurrentQueue<(IPEndPoint Sender, byte[] Bytes)> Received { get; } = new();

    /// <summary>Sends everything back to where it came from.</summary>
    public static UdpServer Echo(IPAddress? address = null, int port = 0) =>
        new(static (socket, bytes, sender) => socket.SendTo(bytes, sender), address, port);

    /// <summary>Answers with a name.</summary>
    public static UdpServer Named(string name) =>
        new((socket, _, sender) => socket.SendTo(System.Text.Encoding.UTF8.GetBytes(name), sender));

    /// <summary>Answers nothing.</summary>
    public static UdpServer Silent() => new(static (_, _, _) => { });

    public void Dispose()
    {
        _ending = true;
        _socket.SendTo([], EndPoint); // Wakes it.
        _thread.Join();
        _socket.Dispose();
    }

    private void ServeLoop(Action<Socket, byte[], EndPoint> serve)
    {
        byte[] buffer = new byte[ushort.MaxValue + 1];
        EndPoint any = new IPEndPoint(
            EndPoint.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            EndPoint sender = any;
            int count;
            try
            {
                count = _socket.ReceiveFrom(buffer, ref sender);
            }
            catch (SocketException)
            {
                continue; // ICMP of a client that is gone.
            }

            if (_ending) return;

            byte[] bytes = buffer[..count];
            Received.Enqueue(((IPEndPoint)sender, bytes));
            serve(_socket, bytes, sender);
        }
    }
}
