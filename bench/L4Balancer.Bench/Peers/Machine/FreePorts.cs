using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Bench.Peers.Machine;

/// <summary>
/// Ports of 127.0.0.1 on which nobody listens, by TCP or UDP, each given once. They are below the range from which the
/// kernel gives ports to clients, so that none takes one before its server does.
/// </summary>
internal sealed class FreePorts
{
    private const int First = 20_000;
    private const int Count = 10_000;
    private const int Tries = 1_000;

    private readonly HashSet<int> _given = [];

    /// <summary>Gives one.</summary>
    /// <exception cref="MeasurementException">There is none.</exception>
    public int Take()
    {
        for (int tries = 0; tries < Tries; tries++)
        {
            int port = First + Random.Shared.Next(Count);
            if (!_given.Add(port)) continue;
            if (IsFree(port, SocketType.Stream) && IsFree(port, SocketType.Dgram)) return port;
        }

        throw new MeasurementException("found no free port");
    }

    private static bool IsFree(int port, SocketType type)
    {
        using Socket socket = new(
            AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
