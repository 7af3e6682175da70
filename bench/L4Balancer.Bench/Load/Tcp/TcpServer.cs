using System.Net;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// The servers of the loads: <c>NAME ADDRESS:PORT</c>, any number of connections on one thread, until the process is
/// ended. Prints <c>listening ADDRESS:PORT</c> once clients may come.
/// </summary>
internal sealed class TcpServer
{
    private const int EventBatch = 512;
    private const int BufferBytes = 64 * 1024;
    private const ulong ListenerData = ulong.MaxValue;

    private readonly int _listener;
    private readonly Func<int, ServedConnection> _create;
    private readonly Epoll _epoll = new(EventBatch);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private ServedConnection?[] _byDescriptor = new ServedConnection?[1024];

    private TcpServer(int listener, Func<int, ServedConnection> create)
    {
        _listener = listener;
        _create = create;
        _epoll.Register(listener, EpollEvents.In, ListenerData);
    }

    /// <summary>Runs a server.</summary>
    /// <param name="name">The command, for messages.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="create">Makes what serves a descriptor's connections.</param>
    /// <returns>1 where the address cannot be bound, 2 on wrong arguments; otherwise it does not return.</returns>
    public static int Run(string name, string[] args, Func<int, ServedConnection> create)
    {
        if (args.Length != 1 || !IPEndPoint.TryParse(args[0], out IPEndPoint? address))
        {
            Console.Error.WriteLine($"usage: {name} ADDRESS:PORT");
            return 2;
        }

        try
        {
            int listener = TcpSockets.Listen(IpEndpoint.From(address));
            TcpServer server = new(listener, create);
            TcpSockets.Check(SocketCalls.LocalEndpoint(listener, out IpEndpoint bound), "getsockname");
            Console.WriteLine($"listening {bound}");
            server.ServeLoop();
            return 0;
        }
        catch (IOException failure)
        {
            Console.Error.WriteLine($"{name} {address}: {failure.Message}");
            return 1;
        }
    }

    private void ServeLoop()
    {
        while (true)
        {
            int events = _epoll.Wait(timeoutMilliseconds: -1);
            for (int i = 0; i < events; i++)
            {
                _epoll.Event(i, out ulong fd);
                if (fd == ListenerData) AcceptAll();
                else if (_byDescriptor[fd] is { } connection) GoOn(connection);
            }
        }
    }

    private void AcceptAll()
    {
        while (true)
        {
            SyscallResult accepted = SocketCalls.Accept(_listener, out _);
            if (accepted.WouldBlock) return;
            if (accepted.Error == Errno.ECONNABORTED) continue;

            int fd = TcpSockets.Check(accepted, "accept");
            if (fd >= _byDescriptor.Length) Array.Resize(ref _byDescriptor, fd * 2);
            ServedConnection connection = _byDescriptor[fd] ??= _create(fd);
            connection.Begin();

            // Often all has come with the connection: then it is served without epoll. What comes between the two calls
            // is reported by the registration.
            if (GoOn(connection)) TcpSockets.Check(_epoll.Register(fd, connection.Interest, (ulong)fd), "epoll_ctl");
        }
    }

    /// <summary>
    /// An event of a connection that was closed earlier in the same batch may find the next one with its number, which
    /// then has nothing to do: what is done follows from what the calls return, not from the event.
    /// </summary>
    private bool GoOn(ServedConnection connection)
    {
        if (connection.Go(_buffer)) return true;

        SocketCalls.Close(connection.Fd);
        return false;
    }
}
