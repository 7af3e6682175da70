using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// A listening socket on loopback whose connections a test takes one by one, or serves by a function.
/// </summary>
internal sealed class TestServer : IDisposable
{
    private static readonly ConcurrentBag<Socket> Reserved = [];

    private readonly Socket _listener;
    private readonly List<Socket> _fillers = [];

    public TestServer(IPAddress? address = null, int port = 0, int backlog = 4096)
    {
        address ??= IPAddress.Loopback;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(backlog);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Connections accepted by <see cref="Serve"/>.</summary>
    public int Served { get; private set; }

    /// <summary>A connection waits to be accepted.</summary>
    public bool HasWaiting => _listener.Poll(0, SelectMode.SelectRead);

    /// <summary>A server that sends back what it gets, and ends when the client ends.</summary>
    public static TestServer Echo(IPAddress? address = null, int port = 0) =>
        new TestServer(address, port).Serve(EchoAsync);

    /// <summary>
    /// A server whose accept queue is full, so that the kernel drops every further SYN: a connect gets no answer at
    /// all.
    /// </summary>
    public static async Task<TestServer> BlackHoleAsync()
    {
        // A queue is full when it holds one more than the backlog (sk_acceptq_is_full).
        TestServer server = new(backlog: 1);
        for (int i = 0; i < 2; i++)
        {
            Socket filler = new(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            server._fillers.Add(filler);
            await filler.ConnectAsync(server.EndPoint);
        }

        await Eventually.TrueAsync(() => server.QueueLength() == 2, "a full accept queue");
        return server;
    }

    /// <summary>An address where nobody listens.</summary>
    public static IPEndPoint Closed()
    {
        Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Reserved.Add(bound); // Bound and not listening it refuses, and nobody else is given the port.
        return (IPEndPoint)bound.LocalEndPoint!;
    }

    public async Task<Socket> AcceptAsync()
    {
        Socket socket = await _listener.AcceptAsync().Within();
        socket.NoDelay = true;
        return socket;
    }

    /// <summary>Serves every connection by a function of its own, until disposed.</summary>
    public TestServer Serve(Func<Socket, Task> serve)
    {
        _ = ServeLoopAsync(serve);
        return this;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _fillers.ForEach(static filler => filler.Dispose());
    }

    /// <summary>
    /// Connections that wait to be accepted: of a listening socket, the receive queue (proc(5), net/tcp).
    /// </summary>
    private int QueueLength()
    {
        string local = $"0100007F:{EndPoint.Port:X4}";
        string[]? row = File.ReadLines("/proc/net/tcp")
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .SingleOrDefault(fields => fields[1] == local && fields[3] == "0A"); // Others that come may hide it.
        return row is null ? 0 : Convert.ToInt32(row[4].Split(':')[1], 16);
    }

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
        {
            await socket.SendAllAsync(buffer.AsMemory(0, count));
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task ServeLoopAsync(Func<Socket, Task> serve)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // Disposed.
            }

            Served++;
            _ = ServeOneAsync(socket, serve);
        }
    }

    private static async Task ServeOneAsync(Socket socket, Func<Socket, Task> serve)
    {
        using (socket)
        {
            try
            {
                await serve(socket);
            }
            catch (SocketException)
            {
                return; // The peer is gone; what that means is for the test to see on its own side.
            }
        }
    }
}
