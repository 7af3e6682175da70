using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Pools;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Flows that leave a backend, at the moments that are easily forgotten.</summary>
public sealed class UdpMoveTests
{
    [Test]
    public async Task Session_BackendGoneAndTheRingIsStillBeingBuilt_MovesOnceAndNotBackToIt()
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        client.RoundTrip("x");

        Pool pool = balancer.Balancer.Pools[0].Pool;
        pool.HoldPublishing(); // As while another thread builds the ring, tens of milliseconds.
        balancer.Change(one.EndPoint, static backend => backend.SetHealth(BackendHealth.Down));
        for (int i = 0; i < 10; i++) Assert.That(client.RoundTrip("x"), Is.EqualTo("other"), $"datagram {i}");
        pool.ReleasePublishing();

        Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(2));
    }
}
