using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Senders with which the balancer would play ping-pong are not clients.</summary>
public sealed class UdpSenderTests
{
    [Test]
    public async Task Client_SourcePortIsDenied_ItsDatagramsAreDroppedAndOthersAreServed()
    {
        using UdpServer server = UdpServer.Echo();
        IPEndPoint denied = FreeEndPoint();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server],
            service => service with { Udp = new UdpConfig { DenySourcePorts = [1, (ushort)denied.Port, 2] } });
        using Socket client = UdpClients.Connect(balancer.Address, denied);
        using Socket neighbour = balancer.ConnectUdp();
        for (int i = 0; i < 3; i++) client.Send("x");

        await balancer.CountsAsync(static one => one.Dropped(DatagramDrop.DeniedSourcePort), 3, "drops");
        Assert.That(neighbour.RoundTrip("y"), Is.EqualTo("y"));
        Assert.That(server.Received, Has.Count.EqualTo(1));
        Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(1));
    }

    [TestCase(1, 1)]
    [TestCase(20, 20)]
    public async Task Client_SourcePortIsDeniedAndItSendsATrain_EachDatagramIsCounted(int size, int datagrams)
    {
        using UdpServer server = UdpServer.Echo();
        IPEndPoint denied = FreeEndPoint();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server], service => service with { Udp = new UdpConfig { DenySourcePorts = [(ushort)denied.Port] } });
        using Socket client = UdpClients.Connect(balancer.Address, denied);
        client.SendTrain(new byte[size * datagrams], size);

        await balancer.CountsAsync(static one => one.Dropped(DatagramDrop.DeniedSourcePort), datagrams, "drops");
        Assert.That(balancer.Datagrams(static one => one.ReceivedFromClients), Is.EqualTo(datagrams));
    }

    [Test]
    public async Task Client_IsABackend_ItsDatagramsAreDropped()
    {
        using HandServer server = new();
        using HandServer down = new();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint, down.EndPoint]);
        balancer.Change(down.EndPoint, static backend => backend.SetHealth(BackendHealth.Down));
        server.Send("x", balancer.Address);
        down.Send("x", balancer.Address);

        await balancer.CountsAsync(static one => one.Dropped(DatagramDrop.Loop), 2, "drops");
        Assert.That(balancer.Balancer.ActiveConnections, Is.Zero);
    }

    /// <summary>As somebody would who forges his address; here by sharing the listener's port.</summary>
    [TestCase("127.0.0.1")]
    [TestCase("0.0.0.0", Description = "whichever address of this host it claims to be")]
    public async Task Client_IsAListenerOfThisProcess_ItsDatagramsAreDropped(string other)
    {
        using UdpServer server = UdpServer.Echo();
        ListenAddress otherListener = new(IpEndpoint.From(new IPEndPoint(IPAddress.Parse(other), 0)));
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server], service => service with { Listen = [service.Listen[0], otherListener] });
        IPEndPoint forged = new(IPAddress.Loopback, balancer.Balancer.Listeners[1].Endpoint.Port);
        using Socket client = UdpClients.Connect(balancer.Address, forged, sharesPort: true);
        for (int i = 0; i < 3; i++) client.Send("x");

        await balancer.CountsAsync(static one => one.Dropped(DatagramDrop.Loop), 3, "drops");
        Assert.That(server.Received, Is.Empty);
    }

    [Test]
    public async Task Client_HasThePortOfAListenerAtAnotherAddress_IsServed()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server]);
        IPEndPoint same = new(IPAddress.Parse("127.0.0.2"), balancer.Address.Port);
        using Socket client = UdpClients.Connect(balancer.Address, same);

        Assert.That(client.RoundTrip("x"), Is.EqualTo("x"));
    }

    /// <summary>An address that nobody has now.</summary>
    private static IPEndPoint FreeEndPoint()
    {
        using HandServer server = new();
        return server.EndPoint;
    }
}
