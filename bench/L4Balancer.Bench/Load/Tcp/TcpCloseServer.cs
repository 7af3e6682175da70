using L4Balancer.Interop;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// <c>tcp-close-server ADDRESS:PORT</c>, the other side of <c>tcp-connect</c>: reads a request, sends the reply that it
/// asks for, and closes, or waits until the client does. A request that is not right gets no reply.
/// </summary>
internal sealed class TcpCloseServer(int fd) : ServedConnection(fd)
{
    private readonly byte[] _header = new byte[ConnectRequest.HeaderBytes];
    private ConnectRequest _request;
    private int _received;
    private int _sent;

    public override EpollEvents Interest => EpollEvents.In | EpollEvents.Out | EpollEvents.EdgeTriggered;

    private bool HasHeader => _received >= ConnectRequest.HeaderBytes;

    private bool HasRequest => HasHeader && _received == _request.Bytes;

    /// <summary>Runs the command.</summary>
    public static int Run(string[] args) =>
        TcpServer.Run("tcp-close-server", args, static fd => new TcpCloseServer(fd));

    public override void Begin() => _received = _sent = 0;

    public override bool Go(byte[] buffer)
    {
        while (!HasRequest)
        {
            SyscallResult received = SocketCalls.Receive(Fd, buffer);
            if (received.WouldBlock) return true;
            if (received.Value == 0 || !Take(buffer.AsSpan(0, received.Value))) return false;
        }

        while (_sent < _request.ReplyBytes)
        {
            SyscallResult sent =
                SocketCalls.Send(Fd, PatternBytes.At(_request.ReplyPlace + _sent, _request.ReplyBytes - _sent));
            if (sent.IsError) return sent.WouldBlock;

            _sent += sent.Value;
        }

        // Nothing may follow a request: either the client has closed now, or it has not yet.
        return !_request.ServerCloses && SocketCalls.Receive(Fd, buffer).WouldBlock;
    }

    private bool Take(ReadOnlySpan<byte> bytes)
    {
        if (!HasHeader)
        {
            int taken = Math.Min(ConnectRequest.HeaderBytes - _received, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_received));
            _received += taken;
            bytes = bytes[taken..];
            if (HasHeader && !ConnectRequest.TryRead(_header, out _request)) return false;
        }

        long place = _request.RequestPlace + _received - ConnectRequest.HeaderBytes;
        if (bytes.Length > 0 && !PatternBytes.Match(place, bytes)) return false;

        _received += bytes.Length;
        return !HasHeader || _received <= _request.Bytes;
    }
}
