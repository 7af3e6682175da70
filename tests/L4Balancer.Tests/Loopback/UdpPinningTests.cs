using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>A flow has one backend, the one that the ring says, and one source port there.</summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class UdpPinningTests(bool offload)
{
    private const int Clients = 64;

    [Test]
    public async Task Flow_ManyDatagrams_AllGoToTheBackendThatTheRingSays()
    {
        UdpServer[] servers = [.. Enumerable.Range(0, 4).Select(static i => UdpServer.Named($"{i}"))];
        await using RunningBalancer balancer = await UdpClients.StartAsync(servers, offload: offload);
        Socket[] clients = balancer.ConnectUdp(Clients);
        string[] expected = [.. clients.Select(client => NameOf(servers, balancer.BackendOf(client)!.Name))];
        for (int round = 0; round < 5; round++)
        {
            Assert.That(clients.Select(client => client.RoundTrip($"{round}")), Is.EqualTo(expected));
        }

        Assert.That(expected.Distinct().Count(), Is.EqualTo(servers.Length), "backends that are used");
        Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(Clients));
        clients.DisposeAll();
        foreach (UdpServer server in servers) server.Dispose();
    }

    [Test]
    public async Task Flow_ManyDatagrams_BackendSeesOneSourcePort()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], offload: offload);
        Socket[] clients = balancer.ConnectUdp(Clients);
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < Clients; i++) Assert.That(clients[i].RoundTrip($"{i}"), Is.EqualTo($"{i}"));
        }

        (string Client, IPEndPoint Port)[] seen =
            [.. server.Received.Select(static one => (Encoding.ASCII.GetString(one.Bytes), one.Sender)).Distinct()];
        Assert.That(seen, Has.Length.EqualTo(Clients));
        Assert.That(seen.Select(static one => one.Port), Is.Unique);
        clients.DisposeAll();
    }

    [Test]
    public async Task Flows_Many_AreSpreadOverTheShardsAndStayThere()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], shards: 2, offload: offload);
        Socket[] clients = balancer.ConnectUdp(Clients);
        for (int round = 0; round < 4; round++)
        {
            foreach (Socket client in clients) client.RoundTrip("x");
        }

        UdpRuntime service = (UdpRuntime)balancer.Balancer.Services[0];
        Assert.That(service.Datagrams.Select(static one => one.ReceivedFromClients), Is.All.GreaterThan(0));
        Assert.That(
            service.Datagrams.Select(static one => one.ReceivedFromClients),
            Is.EqualTo(service.Counters.Select(static one => one.Accepted * 4)));
        clients.DisposeAll();
    }

    [Test]
    public async Task Flow_OneClientAtTwoListeners_AreTwoFlowsAndEachIsAnsweredFromItsOwn()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server], static service => service with { Listen = [service.Listen[0], service.Listen[0]] });
        IPEndPoint[] listeners = [.. balancer.Balancer.Listeners.Select(static one => one.Endpoint.ToIPEndPoint())];
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.ReceiveTimeout = 20_000;
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] buffer = new byte[100];
        for (int round = 0; round < 3; round++)
        {
            foreach (IPEndPoint listener in listeners)
            {
                client.SendTo([(byte)listener.Port], listener);
                EndPoint sender = listener;
                Assert.That(client.ReceiveFrom(buffer, ref sender), Is.EqualTo(1));
                Assert.That((sender, buffer[0]), Is.EqualTo(((EndPoint)listener, (byte)listener.Port)));
            }
        }

        Assert.That(server.Received.Select(static one => one.Sender).Distinct().Count(), Is.EqualTo(2));
        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(2));
    }

    [Test]
    public async Task Flow_Ended_RecordSaysWhoWhereAndHowMuch()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], offload: offload);
        using Socket client = balancer.ConnectUdp();
        FlowKey flow = client.FlowTo(balancer.Address);
        foreach (string text in new[] { "a", "bb", "", "cccc" }) client.RoundTrip(text);
        await balancer.Balancer.DrainAsync(TimeSpan.Zero, CancellationToken.None);

        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Flow, record.Backend), Is.EqualTo((flow, server.EndPoint.ToString())));
        Assert.That(
            (record.ClientBytes, record.ServerBytes, record.ClientDatagrams, record.ServerDatagrams),
            Is.EqualTo((7L, 7L, 4L, 4L)));
    }

    private static string NameOf(UdpServer[] servers, string backend) =>
        $"{Array.FindIndex(servers, server => server.EndPoint.ToString() == backend)}";
}
