using L4Balancer.Bench.Interop;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>How far a <see cref="ShortConnection"/> is.</summary>
internal enum ShortConnectionState
{
    /// <summary>It waits for the network.</summary>
    UnderWay,

    /// <summary>Its end was seen, after the whole reply.</summary>
    Done,

    /// <summary>It was refused or reset, or ended before the reply did.</summary>
    Failed,
}

/// <summary>A place for one connection after the other, each for one request and its reply.</summary>
internal sealed class ShortConnection
{
    private readonly TcpConnectOptions _options;
    private readonly Epoll _epoll;
    private readonly ulong _data;
    private readonly byte[] _bytes; // The request.
    private ConnectRequest _request;
    private int _fd = -1;
    private bool _isRegistered;
    private int _sent;
    private int _received;

    /// <param name="options">What is asked.</param>
    /// <param name="epoll">What reports to it.</param>
    /// <param name="data">As what.</param>
    public ShortConnection(TcpConnectOptions options, Epoll epoll, ulong data)
    {
        _options = options;
        _epoll = epoll;
        _data = data;
        _bytes = new byte[options.Bytes];
    }

    /// <summary>When its connect began.</summary>
    public long Begun { get; private set; }

    /// <summary>A connection is there.</summary>
    public bool IsOpen => _fd >= 0;

    /// <summary>Connects.</summary>
    /// <param name="number">Of the connection, in the load.</param>
    /// <param name="source">From where; null where the kernel may choose.</param>
    /// <param name="buffer">Shared by all.</param>
    /// <exception cref="IOException">The process is out of descriptors, or a reply is wrong.</exception>
    public ShortConnectionState Begin(long number, IpAddress? source, byte[] buffer)
    {
        _request = new ConnectRequest(number, _bytes.Length, _options.ReplyBytes, _options.ServerCloses);
        _request.Write(_bytes);
        PatternBytes.At(_request.RequestPlace, _bytes.Length - ConnectRequest.HeaderBytes)
            .CopyTo(_bytes.AsSpan(ConnectRequest.HeaderBytes));
        _sent = _received = 0;
        _isRegistered = false;

        Begun = ShardClock.Read();
        _fd = TcpSockets.Check(SocketCalls.OpenTcp(!_options.Address.Address.IsV4), "socket");
        if (source is { } from) TcpSockets.Check(SourceAddress.Bind(_fd, from), "bind");
        SyscallResult connected = SocketCalls.Connect(_fd, _options.Address);
        bool refused = connected.IsError && connected.Error != Errno.EINPROGRESS;
        return refused ? End(ShortConnectionState.Failed) : Go(buffer);
    }

    /// <summary>Does what is possible now.</summary>
    public ShortConnectionState Go(byte[] buffer)
    {
        ShortConnectionState state = Exchange(buffer);
        if (state != ShortConnectionState.UnderWay) return End(state);

        // Not before: on the loopback interface the connection is there when connect(2) has returned, and the request
        // has been sent. Edge-triggered, so what came between is reported.
        if (!_isRegistered)
        {
            EpollEvents interest = _sent < _bytes.Length ? EpollEvents.In | EpollEvents.Out : EpollEvents.In;
            TcpSockets.Check(_epoll.Register(_fd, interest | EpollEvents.EdgeTriggered, _data), "epoll_ctl");
            _isRegistered = true;
        }

        return state;
    }

    /// <summary>Closes it where it is.</summary>
    public void GiveUp() => End(ShortConnectionState.Failed);

    private ShortConnectionState Exchange(byte[] buffer)
    {
        while (_sent < _bytes.Length)
        {
            SyscallResult sent = SocketCalls.Send(_fd, _bytes.AsSpan(_sent)); // EAGAIN also while it connects.
            if (sent.WouldBlock) return ShortConnectionState.UnderWay;
            if (sent.IsError) return ShortConnectionState.Failed;

            _sent += sent.Value;
        }

        while (true)
        {
            SyscallResult received = SocketCalls.Receive(_fd, buffer);
            if (received.WouldBlock) return ShortConnectionState.UnderWay;
            if (received.IsError) return ShortConnectionState.Failed;
            if (received.Value == 0)
            {
                return _received == _options.ReplyBytes ? ShortConnectionState.Done : ShortConnectionState.Failed;
            }

            Take(buffer.AsSpan(0, received.Value));
            if (_received == _options.ReplyBytes && !_options.ServerCloses) SocketCalls.ShutdownSend(_fd);
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_received + bytes.Length > _options.ReplyBytes
            || !PatternBytes.Match(_request.ReplyPlace + _received, bytes))
        {
            throw new IOException($"a wrong reply, from byte {_received} on");
        }

        _received += bytes.Length;
    }

    private ShortConnectionState End(ShortConnectionState state)
    {
        SocketCalls.Close(_fd);
        _fd = -1;
        return state;
    }
}
