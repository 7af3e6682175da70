using System.Net;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Tests.Loopback;

/// <summary>A UDP server that the test itself answers for, datagram by datagram.</summary>
internal sealed class HandServer : IDisposable
{
    private const int PatienceMilliseconds = 20_000;

    private readonly Socket _socket;

    public HandServer(IPAddress? address = null, int port = 0)
    {
        IPAddress own = address ?? IPAddress.Loopback;
        _socket = new Socket(own.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = PatienceMilliseconds,
        };
        _socket.Bind(new IPEndPoint(own, port));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Who sent the last datagram that was taken.</summary>
    public IPEndPoint LastSender { get; private set; } = new(IPAddress.Any, 0);

    /// <summary>Takes the next datagram; fails when none comes.</summary>
    public string Take()
    {
        byte[] buffer = new byte[ushort.MaxValue + 1];
        EndPoint sender = EndPoint;
        int count = _socket.ReceiveFrom(buffer, ref sender);
        LastSender = (IPEndPoint)sender;
        return Encoding.ASCII.GetString(buffer, 0, count);
    }

    /// <summary>Sends to whom the last datagram came from, or to somebody else.</summary>
    public void Send(string text, IPEndPoint? target = null) =>
        _socket.SendTo(Encoding.ASCII.GetBytes(text), target ?? LastSender);

    public void Dispose() => _socket.Dispose();
}
