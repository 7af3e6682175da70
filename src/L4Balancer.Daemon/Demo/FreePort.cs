using System.Net;
using System.Net.Sockets;
using L4Balancer.Net;

namespace L4Balancer.Daemon.Demo;

/// <summary>Finds a port of the loopback address that nobody listens on.</summary>
internal static class FreePort
{
    private const int PortsTried = 100;

    /// <summary>
    /// The first free port from <paramref name="first"/> on, or 0, which lets the kernel choose, where a hundred are
    /// taken.
    /// The check binds without SO_REUSEPORT, so that another balancer's port is not shared by accident.
    /// </summary>
    public static IpEndpoint OnLoopback(int first)
    {
        for (int port = first; port < first + PortsTried; port++)
        {
            IPEndPoint candidate = new(IPAddress.Loopback, port);
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            if (TryListen(socket, candidate)) return IpEndpoint.From(candidate);
        }

        return IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private static bool TryListen(Socket socket, IPEndPoint candidate)
    {
        try
        {
            socket.Bind(candidate);
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
