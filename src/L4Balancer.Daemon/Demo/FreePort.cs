using System.Net;
using System.Net.Sockets;
using L4Balancer.Net;

namespace L4Balancer.Daemon.Demo;

/// <summary>Finds a port of the loopback address that nobody has.</summary>
internal static class FreePort
{
    private const int PortsTried = 100;

    /// <summary>
    /// The first free port from <paramref name="first"/> on, or 0, which lets the kernel choose, where a hundred are
    /// taken. The check binds without SO_REUSEPORT, so that another balancer's port is not shared by accident.
    /// </summary>
    /// <param name="first">The port that it had best be.</param>
    /// <param name="alsoUdp">It must be free for UDP too.</param>
    public static IpEndpoint OnLoopback(int first, bool alsoUdp = false)
    {
        for (int port = first; port < first + PortsTried; port++)
        {
            IPEndPoint candidate = new(IPAddress.Loopback, port);
            bool isFree = IsFree(SocketType.Stream, candidate) && (!alsoUdp || IsFree(SocketType.Dgram, candidate));
            if (isFree) return IpEndpoint.From(candidate);
        }

        return IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private static bool IsFree(SocketType type, IPEndPoint candidate)
    {
        using Socket socket = new(candidate.AddressFamily, type, ProtocolType.Unspecified);
        try
        {
            socket.Bind(candidate);
            if (type == SocketType.Stream) socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
