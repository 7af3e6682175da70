using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>Opens sockets; what fails is the end of the command.</summary>
internal static class TcpSockets
{
    private const int Backlog = 4096;
    private const int ConnectMilliseconds = 5000;

    /// <summary>Listens; accepted sockets send small segments at once.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static int Listen(in IpEndpoint address)
    {
        bool v6 = !address.Address.IsV4;
        int fd = Check(SocketCalls.OpenTcp(v6), "socket");
        Check(SocketOptions.ReuseAddress(fd), "SO_REUSEADDR");
        Check(SocketOptions.NoDelay(fd), "TCP_NODELAY");
        Check(SocketCalls.Bind(fd, address, v6), "bind");
        Check(SocketCalls.Listen(fd, Backlog), "listen");
        return fd;
    }

    /// <summary>Connects, and waits until it is done; then the socket is non-blocking.</summary>
    /// <exception cref="IOException">Nobody listens, or does not answer within 5 s.</exception>
    public static int Connect(in IpEndpoint address)
    {
        int fd = Check(SocketCalls.OpenTcp(!address.Address.IsV4), "socket");
        Check(SocketOptions.NoDelay(fd), "TCP_NODELAY");
        SyscallResult connected = SocketCalls.Connect(fd, address);
        if (connected.Error != Errno.EINPROGRESS) Check(connected, "connect");

        using Epoll epoll = new(capacity: 1);
        Check(epoll.Register(fd, EpollEvents.Out, data: 0), "epoll_ctl");
        if (epoll.Wait(ConnectMilliseconds) == 0) throw new IOException("connect: no answer");

        Errno error = SocketOptions.TakeError(fd);
        return error == Errno.None ? fd : throw new IOException($"connect: {Errnos.Text(error)}");
    }

    /// <summary>The value of a call that has to succeed.</summary>
    public static int Check(SyscallResult result, string call) =>
        result.IsError ? throw new IOException($"{call}: {Errnos.Text(result.Error)}") : result.Value;
}
