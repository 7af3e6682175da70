using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>Waits until a service is served, by asking again and again in steps of at most a millisecond.</summary>
internal static class Readiness
{
    private const int DatagramBytes = 64;
    private const int ReplyMilliseconds = 1_000;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(0.5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    /// <summary>Waits.</summary>
    /// <param name="child">Who is to serve; fails where it ends.</param>
    /// <param name="service">Of <see cref="Service.Web"/> an answer is wanted, of datagrams one that comes back, of the
    /// rest a connection.</param>
    /// <param name="port">Where.</param>
    /// <exception cref="MeasurementException">It does not come.</exception>
    public static void Await(ChildProcess child, Service service, int port)
    {
        IPEndPoint address = new(IPAddress.Loopback, port);
        for (long start = Stopwatch.GetTimestamp(); !Serves(service, address);)
        {
            if (child.HasExited) throw new MeasurementException($"{child.Name} ended: {child.Errors}");
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new MeasurementException($"{child.Name} does not serve {service.Word()}: {child.Errors}");
            Thread.Sleep(Step);
        }
    }

    private static bool Serves(Service service, IPEndPoint address)
    {
        byte[] buffer = new byte[4096];
        using Socket socket = service.IsUdp()
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // A datagram is lost where nobody listens yet; a connection is answered once it is taken.
            socket.ReceiveTimeout = service.IsUdp() ? 1 : ReplyMilliseconds;
            socket.Connect(address);
            if (service.IsUdp()) socket.Send(buffer.AsSpan(0, DatagramBytes));
            else if (service == Service.Web) socket.Send(Request);
            else return true;
            return socket.Receive(buffer) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
