using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Tests.Processes;

/// <summary>The other end of sd_notify(3), as systemd holds it: a unix datagram socket.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[4096];

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
    }

    /// <summary>What <c>NOTIFY_SOCKET</c> is set to.</summary>
    public string Path { get; }

    /// <summary>Waits for a datagram with this line.</summary>
    public async Task WaitForAsync(string line, CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = await _socket.ReceiveAsync(_buffer, cancellationToken);
            if (Encoding.UTF8.GetString(_buffer, 0, length).Split('\n').Contains(line)) return;
        }
    }

    public void Dispose() => _socket.Dispose();
}
