using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Bench.Load;

/// <summary>
/// <c>idle-udp-flows ADDRESS:PORT COUNT</c>: as <c>idle-flows</c>, with one datagram that is echoed on each flow.
/// Closing them tells the other side nothing: its sessions end by their idle timeout.
/// </summary>
internal static class IdleUdpFlows
{
    private const int ReplyTimeoutMilliseconds = 1_000;
    private const int Tries = 5;

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where a flow failed, 2 on wrong arguments.</returns>
    public static int Run(string[] args)
    {
        if (args.Length != 2 || !IPEndPoint.TryParse(args[0], out IPEndPoint? address)
            || !int.TryParse(args[1], CultureInfo.InvariantCulture, out int count) || count <= 0)
        {
            Console.Error.WriteLine("usage: idle-udp-flows ADDRESS:PORT COUNT");
            return 2;
        }

        try
        {
            byte[] buffer = new byte[200];
            Socket[] flows = new Socket[count];
            for (int i = 0; i < count; i++) flows[i] = Open(address, buffer);
            Console.WriteLine($"open {count}");
            Console.In.ReadToEnd();
            foreach (Socket flow in flows) flow.Dispose();
            Console.WriteLine($"closed {count}");
            return 0;
        }
        catch (SocketException failure)
        {
            Console.Error.WriteLine($"idle-udp-flows {address}: {failure.Message}");
            return 1;
        }
    }

    private static Socket Open(IPEndPoint address, byte[] buffer)
    {
        Socket flow = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = ReplyTimeoutMilliseconds,
        };
        flow.Connect(address);
        for (int tries = 1; ; tries++)
        {
            flow.Send(buffer);
            try
            {
                flow.Receive(buffer);
                return flow;
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.TimedOut && tries < Tries)
            {
                continue; // Lost; the next try tells whether somebody answers at all.
            }
        }
    }
}
