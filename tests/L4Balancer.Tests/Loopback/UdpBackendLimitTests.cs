using System.Net.Sockets;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Backends of a UDP service that may have only so many sessions.</summary>
public sealed class UdpBackendLimitTests
{
    [Test]
    public async Task Limit_EveryBackendIsFull_NewFlowIsDroppedAndTheOthersGoOn()
    {
        using UdpServer one = UdpServer.Echo();
        using UdpServer other = UdpServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            QueueTesting.Limited(2, 10)(RunningBalancer.UdpService([one.EndPoint, other.EndPoint])),
            new() { Shards = 2 });
        Socket[] clients = balancer.ConnectUdp(4);
        foreach (Socket client in clients) Assert.That(client.RoundTrip("x"), Is.EqualTo("x"));
        Assert.That(balancer.Balancer.Backends.Select(static backend => backend.ActiveConnections), Is.All.EqualTo(2));

        using Socket late = balancer.ConnectUdp();
        for (int dropped = 1; dropped <= 3; dropped++)
        {
            late.Send("late");
            await Eventually.TrueAsync(() => balancer.Dropped(DatagramDrop.Limit) == dropped, "a drop");
        }

        foreach (Socket client in clients) Assert.That(client.RoundTrip("still"), Is.EqualTo("still"));
        Assert.That(late.Available, Is.Zero);
        Assert.That(balancer.Queued(), Is.Zero, "a datagram does not wait");

        await balancer.Balancer.KillFlowsAsync(
            new FlowFilter { Backend = one.EndPoint.ToString() }, CancellationToken.None);
        Assert.That(late.RoundTrip("now"), Is.EqualTo("now"));
        clients.DisposeAll();
    }
}
