using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Datagrams of every size there is, alone and in trains, over links that take large packets or do not.
/// </summary>
public sealed class UdpSizeTests
{
    private const int MostBytesV4 = 65_507; // 65,535 less the headers of IPv4 and UDP.
    private const int MostBytesV6 = 65_527; // 65,535 less the header of UDP.
    private const int Trains = 20;
    private const string Link = "l4b0";

    private static readonly int[] Edges =
    [
        0, 1, 2, 511, 512, 513, 1231, 1232, 1400, 1471, 1472, 1473, 1499, 1500, 1501, 2959, 2960, 4095, 4096, 4097,
        8999, 9000, 16_383, 16_384, 32_767, 32_768, 65_000, MostBytesV4 - 1, MostBytesV4,
    ];

    [TestCase(false)]
    [TestCase(true)]
    public async Task Sizes_OneAfterTheOther_ComeBackAsTheyWere(bool overLink)
    {
        await using UdpPlace place = overLink ? await UdpPlace.BehindLinkAsync(Link) : UdpPlace.OnLoopback();
        using UdpServer server = place.Server(static (socket, bytes, sender) => socket.SendTo(bytes, sender));
        await using DaemonProcess daemon = await place.StartAsync(server);
        using Socket client = place.Connect(daemon.Address);
        Random random = new(1);

        foreach (int size in (int[])[.. Edges, .. Enumerable.Range(0, 100).Select(_ => random.Next(MostBytesV4 + 1))])
        {
            byte[] sent = RandomNumberGenerator.GetBytes(size);
            client.Send(sent);
            Assert.That(client.ReceiveDatagram(), Is.EqualTo(sent), $"{size} bytes");
        }
    }

    [Test]
    public async Task Sizes_ManyOnTheirWay_ComeBackInOrder()
    {
        const int Datagrams = 5000;
        const int Window = 150_000; // What the buffer of an ordinary socket holds, with room.

        using UdpServer server = UdpServer.Echo();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint) { Protocol = "udp" });
        using Socket client = daemon.Address.ConnectUdp();
        Random random = new(1);
        Queue<byte[]> waiting = new();
        int onTheWay = 0;
        for (int i = 0; i < Datagrams; i++)
        {
            // Many of one size in a row make trains.
            int size = i % 16 == 0 ? Edges[random.Next(Edges.Length)] : waiting.LastOrDefault()?.Length ?? 100;
            byte[] sent = new byte[random.Next(4) == 0 ? random.Next(2000) : size];
            random.NextBytes(sent);
            while (waiting.Count > 0 && onTheWay + Charge(sent) > Window) TakeOne();
            client.Send(sent);
            waiting.Enqueue(sent);
            onTheWay += Charge(sent);
        }

        while (waiting.Count > 0) TakeOne();

        void TakeOne()
        {
            byte[] expected = waiting.Dequeue();
            onTheWay -= Charge(expected);
            Assert.That(client.ReceiveDatagram().AsSpan().SequenceEqual(expected), Is.True);
        }
    }

    [TestCase(1, 64)]
    [TestCase(100, 64)]
    [TestCase(1400, 45)]
    [TestCase(1472, 43)]
    [TestCase(1473, 43)]
    [TestCase(4000, 16)]
    [TestCase(9000, 7)]
    public async Task Trains_TowardsANarrowLink_LoseNothing(int segment, int segments)
    {
        await using UdpPlace place = await UdpPlace.BehindLinkAsync(Link);
        using UdpServer server = place.Server(static (socket, bytes, sender) => socket.SendTo(bytes, sender));
        await using DaemonProcess daemon = await place.StartAsync(server);
        using Socket client = place.Connect(daemon.Address);
        client.SendInSegments(segment);

        for (int i = 0; i < Trains; i++)
        {
            byte[] train = RandomNumberGenerator.GetBytes((segment * segments) - (i % 2)); // Also with a shorter end.
            client.Send(train);
            AssertReceived(client, train, segment);
        }

        Assert.That(await daemon.MetricAsync("l4balancer_udp_datagrams_dropped_total"), Is.Zero);
    }

    [TestCase(100, 64)]
    [TestCase(1472, 43)]
    [TestCase(1473, 43)]
    [TestCase(4000, 16)]
    public async Task Trains_OfAServerWhoseClientIsBehindANarrowLink_LoseNothing(int segment, int segments)
    {
        byte[] train = RandomNumberGenerator.GetBytes((segment * segments) - 1);
        await using UdpPlace place = await UdpPlace.BehindLinkAsync(Link);
        using UdpServer server = place.ServerNearby((socket, _, sender) =>
        {
            socket.SendInSegments(segment);
            socket.SendTo(train, sender);
        });
        await using DaemonProcess daemon = await place.StartAsync(server, UdpPlace.Near);
        using Socket client = place.ConnectFromAfar(new IPEndPoint(IPAddress.Parse(UdpPlace.Near), daemon.File.Port));

        for (int i = 0; i < Trains; i++)
        {
            client.SendDatagram("go");
            AssertReceived(client, train, segment);
        }

        Assert.That(await daemon.MetricAsync("l4balancer_udp_datagrams_dropped_total"), Is.Zero);
    }

    [Test]
    public async Task Size_OnlyIpv6Has_ReachesAnIpv6BackendAndIsCountedBeforeAnIpv4One()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        byte[] sent = RandomNumberGenerator.GetBytes(MostBytesV6);
        foreach (IPAddress address in (IPAddress[])[IPAddress.IPv6Loopback, IPAddress.Loopback])
        {
            using UdpServer server = UdpServer.Echo(address);
            await using DaemonProcess daemon = await DaemonProcess.StartAsync(
                new DaemonFile(server.EndPoint) { Protocol = "udp", Hosts = ["[::1]"] });
            using Socket client = new IPEndPoint(IPAddress.IPv6Loopback, daemon.File.Port).ConnectUdp();

            client.Send(sent);
            if (address.Equals(IPAddress.IPv6Loopback))
            {
                Assert.That(client.ReceiveDatagram(), Is.EqualTo(sent));
                continue;
            }

            const string Dropped = "l4balancer_udp_datagrams_dropped_total{reason=\"server_unreachable\"";
            await Eventually.TrueAsync(() => daemon.MetricAsync(Dropped).Result == 1, "it is counted as dropped");
            Assert.That(client.Ask("smaller"), Is.EqualTo("smaller"));
        }
    }

    /// <summary>
    /// What the kernel charges a socket's buffer for a datagram at most: the next power of two, and its own records.
    /// </summary>
    private static int Charge(byte[] datagram) => (2 * datagram.Length) + 1500;

    private static void AssertReceived(Socket client, byte[] train, int segment)
    {
        for (int at = 0; at < train.Length; at += segment)
        {
            byte[] expected = train[at..Math.Min(at + segment, train.Length)];
            Assert.That(client.ReceiveDatagram().AsSpan().SequenceEqual(expected), Is.True, $"bytes from {at}");
        }
    }
}
