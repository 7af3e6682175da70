using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>One side never reads while the other sends a gigabyte.</summary>
public sealed class SlowReaderTests
{
    private const int Chunk = 1024 * 1024;
    private const long Gigabyte = 1024L * Chunk;

    /// <summary>What the kernel's buffers of two connections and the daemon's pipe may take, by far.</summary>
    private const long MostInBuffers = Gigabyte / 8;

    /// <summary>The daemon's growth at most. A buffer without bound would have taken hundreds of MiB.</summary>
    private const long MostGrowthKiB = 16 * 1024;

    private static readonly byte[] Bytes = new byte[Chunk];

    [Test]
    public async Task Client_NeverReads_MemoryStaysFlatAndTheSessionEndsWithTheClient()
    {
        long sent = 0;
        using TestServer server =
            new TestServer().Serve(socket => SendGigabyteAsync(socket, bytes => Volatile.Write(ref sent, bytes)));
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint));
        int descriptors = daemon.View.Descriptors;
        long before = daemon.View.PeakResidentKiB;

        using (Socket client = await ConnectAsync(daemon))
        {
            await StalledAsync(() => Volatile.Read(ref sent));
            AssertFlat(daemon, before, Volatile.Read(ref sent));
        }

        await AssertGoneAsync(daemon, descriptors, "client_abort");
    }

    [Test]
    public async Task Server_NeverReads_MemoryStaysFlatAndTheSessionEndsWithTheServer()
    {
        long sent = 0;
        using TestServer server = new();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint));
        int descriptors = daemon.View.Descriptors;
        long before = daemon.View.PeakResidentKiB;

        using Socket client = await ConnectAsync(daemon);
        using (Socket accepted = await server.AcceptAsync())
        {
            Task sending = SendGigabyteAsync(client, bytes => Volatile.Write(ref sent, bytes));
            await StalledAsync(() => Volatile.Read(ref sent));
            AssertFlat(daemon, before, Volatile.Read(ref sent));
            accepted.Close();
            Assert.That(async () => await sending.Within(), Throws.InstanceOf<SocketException>());
        }

        await AssertGoneAsync(daemon, descriptors, "server_abort");
    }

    private static void AssertFlat(DaemonProcess daemon, long beforeKiB, long sent) => Assert.Multiple(() =>
    {
        Assert.That(sent, Is.LessThan(MostInBuffers), "bytes that a reader who does not read was sent");
        Assert.That(daemon.View.PeakResidentKiB - beforeKiB, Is.LessThan(MostGrowthKiB), "KiB that the daemon grew");
    });

    private static async Task AssertGoneAsync(DaemonProcess daemon, int descriptors, string reason)
    {
        FlowLine flow = (await daemon.FlowsAsync(1)).Single();
        Assert.That(flow.Reason, Is.EqualTo(reason));

        // The pipe that the bulk went through may be kept for the next.
        await Eventually.TrueAsync(() => daemon.View.Descriptors <= descriptors + 2, "descriptors as before");
    }

    private static async Task<Socket> ConnectAsync(DaemonProcess daemon)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(daemon.Address).Within();
        return socket;
    }

    private static async Task SendGigabyteAsync(Socket socket, Action<long> report)
    {
        for (long sent = 0; sent < Gigabyte; report(sent)) sent += await socket.SendAsync(Bytes.AsMemory());
    }

    /// <summary>Waits until a count has begun and then stood still for many looks in a row.</summary>
    private static async Task StalledAsync(Func<long> count)
    {
        const int Looks = 200;
        int still = 0;
        long last = 0;
        await Eventually.TrueAsync(
            () =>
            {
                long now = count();
                still = now > 0 && now == last ? still + 1 : 0;
                last = now;
                return still >= Looks;
            },
            "the sender stalls");
    }
}
