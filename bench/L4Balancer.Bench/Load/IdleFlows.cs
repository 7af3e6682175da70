using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Bench.Load;

/// <summary>
/// <c>idle-flows ADDRESS:PORT COUNT</c>: opens connections one after the other, has one HTTP request answered on each,
/// so that every flow is established from end to end, says <c>open COUNT</c> and holds them until its standard input
/// ends. Then it closes them, waits until the other side has closed them too, and says <c>closed COUNT</c>.
/// </summary>
internal static class IdleFlows
{
    private const int ReplyTimeoutMilliseconds = 10_000;

    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where a flow failed, 2 on wrong arguments.</returns>
    public static int Run(string[] args)
    {
        if (args.Length != 2 || !IPEndPoint.TryParse(args[0], out IPEndPoint? address)
            || !int.TryParse(args[1], CultureInfo.InvariantCulture, out int count) || count <= 0)
        {
            Console.Error.WriteLine("usage: idle-flows ADDRESS:PORT COUNT");
            return 2;
        }

        try
        {
            Hold(address, count);
            return 0;
        }
        catch (SocketException failure)
        {
            Console.Error.WriteLine($"idle-flows {address}: {failure.Message}");
            return 1;
        }
    }

    private static void Hold(IPEndPoint address, int count)
    {
        byte[] reply = new byte[4096];
        Socket[] flows = new Socket[count];
        for (int i = 0; i < count; i++) flows[i] = Open(address, reply);
        Console.WriteLine($"open {count}");
        Console.In.ReadToEnd();

        foreach (Socket flow in flows) flow.Shutdown(SocketShutdown.Send);
        foreach (Socket flow in flows)
        {
            while (flow.Receive(reply) > 0)
            {
            }

            flow.Dispose();
        }

        Console.WriteLine($"closed {count}");
    }

    private static Socket Open(IPEndPoint address, byte[] reply)
    {
        Socket flow = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = ReplyTimeoutMilliseconds,
        };
        flow.Connect(address);
        flow.Send(Request);
        if (flow.Receive(reply) == 0) throw new SocketException((int)SocketError.ConnectionReset);
        return flow;
    }
}
