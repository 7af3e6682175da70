using System.Net.Sockets;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What another configuration does to UDP flows.</summary>
public sealed class ReloadUdpTests
{
    [Test]
    public async Task Apply_UdpServiceMovesToAnotherPool_FlowStaysWhereItIs()
    {
        using UdpServer old = UdpServer.Named("old");
        using UdpServer other = UdpServer.Named("new");
        await using RunningBalancer balancer = await UdpClients.StartAsync([old]);
        using Socket client = balancer.ConnectUdp();
        string first = client.RoundTrip("a");

        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint).WithPool(
            static pool => pool with { Name = "another" }));
        await Eventually.TrueAsync(() => balancer.Balancer.Backends.Any(static one => one.IsRemoved), "retired");

        Assert.That(client.RoundTrip("a"), Is.EqualTo(first));
        using Socket next = balancer.ConnectUdp();
        Assert.That(next.RoundTrip("a"), Is.Not.EqualTo(first));
    }

    [Test]
    public async Task Apply_ToAnotherPoolAndBackWithAFlowInEach_BothStayAndNewOnesGoToTheFirst()
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("two");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one]);
        BalancerConfig first = balancer.Balancer.Config;
        using Socket early = balancer.ConnectUdp();
        string byOne = early.RoundTrip("a");

        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint).WithPool(
            static pool => pool with { Name = "another" }));
        await Eventually.TrueAsync(() => balancer.Balancer.Backends.Any(static one => one.IsRemoved), "retired");
        using Socket later = balancer.ConnectUdp();
        string byOther = later.RoundTrip("a");
        await balancer.ApplyAsync(_ => first);

        using Socket last = balancer.ConnectUdp();
        Assert.That(last.RoundTrip("a"), Is.EqualTo(byOne));
        Assert.That(early.RoundTrip("a"), Is.EqualTo(byOne));
        Assert.That(later.RoundTrip("a"), Is.EqualTo(byOther));
    }

    [Test]
    public async Task Apply_UdpServiceComesBackWhileItDrains_ServesOn()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server]);
        using Socket client = balancer.ConnectUdp();
        client.RoundTrip("a");
        BalancerConfig before = balancer.Balancer.Config;
        ServiceConfig elsewhere = RunningBalancer.Service([TestServer.Closed()]);

        await balancer.ApplyAsync(config => config with { Services = [elsewhere with { Name = "elsewhere" }] });
        await balancer.ApplyAsync(_ => before);

        Assert.That(client.RoundTrip("b"), Is.EqualTo("b"));
        using Socket next = balancer.ConnectUdp();
        Assert.That(next.RoundTrip("c"), Is.EqualTo("c"), "new flows too");
    }
}
