using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Tests.Processes;

/// <summary>
/// Ports for programs that cannot say which one they were given. They lie below those that the kernel gives to clients,
/// so that no connection of a test takes the port of a server that is down for a moment, or connects to itself there.
/// </summary>
internal static class UnusedPort
{
    private const int Lowest = 11_000;
    private const int Tries = 1000;
    private const int DefaultFirstOfClients = 32_768;

    private static readonly HashSet<int> Given = [];

    /// <summary>A port that nobody listens on, by IPv4 or IPv6, and that was not given before.</summary>
    public static int Next()
    {
        int end = FirstOfClients();
        for (int i = 0; i < Tries; i++)
        {
            int port = Random.Shared.Next(Lowest, end);
            bool isFree = IsFree(IPAddress.Any, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Any, port));
            if (isFree && Given.Add(port)) return port;
        }

        throw new IOException($"no free port from {Lowest} to {end}");
    }

    private static int FirstOfClients()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        int first = File.Exists(Range) ? int.Parse(File.ReadAllText(Range).Split('\t')[0]) : DefaultFirstOfClients;
        return first > Lowest + Tries ? first : DefaultFirstOfClients;
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
