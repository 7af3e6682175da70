using System.Net;
using System.Net.Sockets;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Datagrams of a flow arrive in the order of their sending and with their bounds, joined on the way or not.
/// </summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class UdpOrderTests(bool offload)
{
    private static readonly int[] Sizes = [0, 1, 40, 200, 200, 200, 1200, 1200, 1200, 1200, 1400, 4000];

    [TestCase(1)]
    [TestCase(2)]
    public async Task Relay_BurstsOfMixedSizes_ArriveInOrderBothWays(int seed)
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], offload: offload);
        using Socket client = balancer.ConnectUdp();
        Random random = new(seed);
        List<byte[]> all = [];
        for (int burst = 0; burst < 20; burst++)
        {
            byte[][] sent = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => RandomBytes(random))];
            foreach (byte[] datagram in sent) client.Send(datagram);
            Assert.That(client.ReceiveDatagrams(sent.Length), Is.EqualTo(sent));
            all.AddRange(sent);
        }

        Assert.That(server.Received.Select(static one => one.Bytes), Is.EqualTo(all));
    }

    [Test]
    public async Task Relay_ManyFlowsAtOnce_EachIsInOrder()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], offload: offload);
        Socket[] clients = balancer.ConnectUdp(10);
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 100; i++) clients[i % 10].Send([(byte)(i % 10), (byte)round, (byte)(i / 10)]);
            for (int i = 0; i < 10; i++)
            {
                byte[][] expected = [.. Enumerable.Range(0, 10).Select(k => new[] { (byte)i, (byte)round, (byte)k })];
                Assert.That(clients[i].ReceiveDatagrams(10), Is.EqualTo(expected));
            }
        }

        clients.DisposeAll();
    }

    [TestCase(1, 50, 1)]
    [TestCase(1200, 50, 1200)]
    [TestCase(1200, 50, 7)]
    [TestCase(700, 64, 700)]
    [TestCase(9000, 7, 1)]
    public async Task Relay_TrainsFromTheClient_ArriveAsTheirDatagrams(int size, int datagrams, int last)
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], offload: offload);
        using Socket client = balancer.ConnectUdp();
        List<byte[]> all = [];
        for (int round = 0; round < 5; round++)
        {
            byte[] train = new byte[((datagrams - 1) * size) + last];
            new Random(round).NextBytes(train);
            client.SendTrain(train, size);
            client.Send([(byte)round]);
            byte[][] sent = [.. train.Chunk(size), [(byte)round]];
            Assert.That(client.ReceiveDatagrams(sent.Length), Is.EqualTo(sent));
            all.AddRange(sent);
        }

        Assert.That(server.Received.Select(static one => one.Bytes), Is.EqualTo(all));
        Assert.That(balancer.Datagrams(static one => one.ReceivedFromClients), Is.EqualTo(all.Count));
        Assert.That(balancer.Datagrams(static one => one.ReceivedFromServers), Is.EqualTo(all.Count));
        await balancer.CountsAsync(static one => one.SentToServers, all.Count, "datagrams to the server");
        await balancer.CountsAsync(static one => one.SentToClients, all.Count, "datagrams to the client");
    }

    [TestCase(1000, 60, 1000)]
    [TestCase(1000, 60, 1)]
    [TestCase(9000, 7, 9000)]
    public async Task Relay_TrainsFromTheServer_ArriveAsTheirDatagrams(int size, int datagrams, int last)
    {
        byte[] train = new byte[((datagrams - 1) * size) + last];
        new Random(size).NextBytes(train);
        using UdpServer server = new((socket, _, sender) =>
        {
            socket.SetSegmentBytes(size);
            socket.SendTo(train, sender);
            socket.SetSegmentBytes(0);
            socket.SendTo([1, 2, 3], sender);
        });
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], offload: offload);
        using Socket client = balancer.ConnectUdp();
        for (int round = 0; round < 5; round++)
        {
            client.Send("x");
            Assert.That(
                client.ReceiveDatagrams(datagrams + 1), Is.EqualTo([.. train.Chunk(size), new byte[] { 1, 2, 3 }]));
        }

        Assert.That(balancer.Datagrams(static one => one.ReceivedFromServers), Is.EqualTo(5 * (datagrams + 1)));
        await balancer.CountsAsync(static one => one.SentToClients, 5 * (datagrams + 1), "datagrams to the client");
    }

    /// <summary>IPv6 takes 20 bytes more in a packet than IPv4, and its header is as much larger.</summary>
    [TestCase("::1", "127.0.0.1")]
    [TestCase("127.0.0.1", "::1")]
    public async Task Relay_LargestTrainToTheOtherFamily_ArrivesWhole(string listener, string backend)
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        const int Size = 1365;
        const int Datagrams = 48;
        byte[] train = new byte[Size * Datagrams];
        new Random(1).NextBytes(train);
        bool clientSends = listener == "::1";
        using UdpServer server = new(
            (socket, _, sender) =>
            {
                if (clientSends) return;
                socket.SetSegmentBytes(Size);
                socket.SendTo(train, sender);
                socket.SetSegmentBytes(0);
            },
            IPAddress.Parse(backend));
        IPEndPoint listen = new(IPAddress.Parse(listener), 0);
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server], service => service with { Listen = [new(IpEndpoint.From(listen))] }, offload: offload);
        using Socket client = balancer.ConnectUdp();
        if (clientSends) client.SendTrain(train, Size);
        else client.Send("x");

        IEnumerable<byte[]> received = clientSends ? [] : client.ReceiveDatagrams(Datagrams);
        if (clientSends)
        {
            await Eventually.TrueAsync(() => server.Received.Count == Datagrams, "the train");
            received = server.Received.Select(static one => one.Bytes);
        }

        Assert.That(received, Is.EqualTo(train.Chunk(Size)));
        await balancer.CountsAsync(
            static one => one.SentToServers + one.SentToClients, Datagrams + (clientSends ? 0 : 1), "datagrams");
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[Sizes[random.Next(Sizes.Length)]];
        random.NextBytes(bytes);
        return bytes;
    }
}
