using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;

namespace L4Balancer.Tests.Discovery;

/// <summary>A name server on loopback that says whatever a test wants, by UDP and by TCP on one port.</summary>
internal sealed class FakeNameServer : IDisposable
{
    private readonly Socket _udp;
    private readonly Socket _other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TestServer _tcp;
    private readonly Func<byte[], IEnumerable<byte[]>> _byUdp;
    private int _asked;

    /// <summary>Begins to answer.</summary>
    /// <param name="byUdp">The datagrams that answer a query; an empty one is sent from another port.</param>
    /// <param name="byTcp">The answer by TCP.</param>
    public FakeNameServer(Func<byte[], IEnumerable<byte[]>> byUdp, Func<byte[], byte[]>? byTcp = null)
    {
        _byUdp = byUdp;
        _other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        (_udp, _tcp) = Open();
        EndPoint = _tcp.EndPoint;
        if (byTcp is not null) _tcp.Serve(socket => AnswerAsync(socket, byTcp));
        _ = AnswerLoopAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Datagrams that came.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Sent to whoever asks next, from another port than he asked.</summary>
    public Func<byte[], byte[]>? FromElsewhere { get; set; }

    public void Dispose()
    {
        _udp.Dispose();
        _other.Dispose();
        _tcp.Dispose();
    }

    /// <summary>Both on one port: of UDP it may be somebody's already.</summary>
    private static (Socket Udp, TestServer Tcp) Open()
    {
        for (int tries = 0; ; tries++)
        {
            TestServer tcp = new();
            Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                udp.Bind(tcp.EndPoint);
                return (udp, tcp);
            }
            catch (SocketException) when (tries < 10)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    private static async Task AnswerAsync(Socket socket, Func<byte[], byte[]> answer)
    {
        byte[] length = await ReceiveAsync(socket, 2);
        byte[] query = await ReceiveAsync(socket, BinaryPrimitives.ReadUInt16BigEndian(length));
        byte[] message = answer(query);

        // In two parts: a stream keeps no bounds.
        await socket.SendAllAsync((byte[])[.. AnswerBytes.Number(message.Length), .. message.AsSpan(0, 1)]);
        await socket.SendAllAsync(message.AsMemory(1));
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;) filled += await socket.ReceiveAsync(bytes.AsMemory(filled));
        return bytes;
    }

    private async Task AnswerLoopAsync()
    {
        byte[] buffer = new byte[2048];
        while (true)
        {
            try
            {
                SocketReceiveFromResult got =
                    await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                Interlocked.Increment(ref _asked);
                byte[] query = buffer[..got.ReceivedBytes];
                if (FromElsewhere is { } elsewhere) await _other.SendToAsync(elsewhere(query), got.RemoteEndPoint);
                foreach (byte[] one in _byUdp(query)) await _udp.SendToAsync(one, got.RemoteEndPoint);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // Disposed.
            }
        }
    }
}
