using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Listeners of all addresses: replies come from the address that was written to. The clients are connected sockets,
/// which take nothing from anywhere else.
/// </summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class UdpWildcardTests(bool offload)
{
    [TestCase("0.0.0.0", "127.0.0.1")]
    [TestCase("0.0.0.0", "127.0.0.2")]
    [TestCase("::", "::1")]
    [TestCase("*", "127.0.0.1")]
    [TestCase("*", "127.0.0.2")]
    [TestCase("*", "::1")]
    public async Task Reply_ListenerOfAllAddresses_ComesFromTheOneWrittenTo(string listen, string address)
    {
        IgnoreWithoutIpv6(listen);
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, listen);
        IPEndPoint target = new(IPAddress.Parse(address), balancer.Address.Port);
        using Socket client = UdpClients.Connect(target);
        for (int i = 0; i < 3; i++) Assert.That(client.RoundTrip($"{i}"), Is.EqualTo($"{i}"));
        byte[] train = new byte[20 * 100];
        client.SendTrain(train, 100);
        Assert.That(client.ReceiveDatagrams(20), Is.EqualTo(train.Chunk(100)));

        FlowKey flow = client.FlowTo(target);
        await balancer.Balancer.DrainAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.That((await balancer.RecordAsync()).Flow, Is.EqualTo(flow));
    }

    [TestCase("0.0.0.0", "127.0.0.1", "127.0.0.2")]
    [TestCase("*", "127.0.0.1", "127.0.0.2")]
    public async Task Flow_OneClientAtTwoAddresses_AreTwo(string listen, string one, string other)
    {
        IgnoreWithoutIpv6(listen);
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, listen);
        using HandServer client = new();
        foreach (string address in new[] { one, other, one, other })
        {
            IPEndPoint target = new(IPAddress.Parse(address), balancer.Address.Port);
            client.Send(address, target);
            Assert.That((client.Take(), client.LastSender), Is.EqualTo((address, target)));
        }

        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(2));
        Assert.That(balancer.Counters(static counters => counters.Accepted), Is.EqualTo(2));
    }

    [Test]
    public async Task Flows_ManyToDifferentAddresses_RepliesOfOneTurnGoToTheirOwnClients()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, "0.0.0.0", shards: 1);
        Socket[] clients =
        [
            .. Enumerable.Range(1, 40).Select(i =>
                UdpClients.Connect(new IPEndPoint(new IPAddress([127, 0, 0, (byte)i]), balancer.Address.Port))),
        ];
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < clients.Length; i++) clients[i].Send($"{i} in {round}");
            for (int i = 0; i < clients.Length; i++)
            {
                Assert.That(clients[i].ReceiveText(), Is.EqualTo($"{i} in {round}"));
            }
        }

        Assert.That(balancer.Dropped(DatagramDrop.ClientUnreachable), Is.Zero);
        clients.DisposeAll();
    }

    [Test]
    public async Task Backend_OfTheOtherFamily_IsReached()
    {
        IgnoreWithoutIpv6("::");
        using UdpServer server = UdpServer.Echo(IPAddress.IPv6Loopback);
        await using RunningBalancer balancer = await StartAsync(server, "0.0.0.0");
        using Socket client = UdpClients.Connect(new IPEndPoint(IPAddress.Loopback, balancer.Address.Port));

        Assert.That(client.RoundTrip("x"), Is.EqualTo("x"));
    }

    private static void IgnoreWithoutIpv6(string listen)
    {
        if (listen != "0.0.0.0" && !Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
    }

    private Task<RunningBalancer> StartAsync(UdpServer server, string listen, int shards = 2)
    {
        bool both = listen == "*";
        IPEndPoint endPoint = new(both ? IPAddress.IPv6Any : IPAddress.Parse(listen), 0);
        return UdpClients.StartAsync(
            [server],
            service => service with { Listen = [new ListenAddress(IpEndpoint.From(endPoint), both)] },
            shards,
            offload);
    }
}
