using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How a session finds its server, and what its client sees when it finds none.</summary>
public sealed class ConnectTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Test]
    public async Task Connect_OneBackendRefuses_NextDistinctOneServes()
    {
        using TestServer good = TestServer.Echo();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([TestServer.Closed(), TestServer.Closed(), good.EndPoint]);
        for (int i = 0; i < 40; i++)
        {
            using Socket client = await balancer.ConnectAsync();
            await client.SendTextAsync("x");
            Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
        }

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(40);
        Assert.Multiple(() =>
        {
            Assert.That(records.Select(static record => record.Reason), Is.All.EqualTo(CloseReason.Normal));
            Assert.That(records.Select(static record => record.Attempts).Distinct(), Is.EquivalentTo([1, 2, 3]));
        });
    }

    [Test]
    public async Task Connect_AllBackendsRefuse_ClientIsClosedAtOnce()
    {
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([TestServer.Closed(), TestServer.Closed()]);
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.Attempts), Is.EqualTo((CloseReason.ServerRefused, 2)));
        Assert.That(balancer.Balancer.Backends.Select(static backend => backend.Name), Does.Contain(record.Backend));
    }

    [Test]
    public async Task Connect_MoreBackendsRefuseThanAttempts_StopsAtTheLimit()
    {
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            Enumerable.Range(0, 5).Select(static _ => TestServer.Closed()),
            static service => service with { RetryAttempts = 2 });
        await balancer.EndOfClientAsync();

        Assert.That((await balancer.RecordAsync()).Attempts, Is.EqualTo(2));
    }

    [Test]
    public async Task Connect_BackendDoesNotAnswer_NextOneServesAfterTheTimeout()
    {
        const int Flows = 20; // That none of them is meant for the silent one happens once in a million times.
        using TestServer hole = await TestServer.BlackHoleAsync();
        using TestServer good = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [hole.EndPoint, good.EndPoint], static service => service with { Timeouts = new() { Connect = Short } });
        for (int i = 0; i < Flows; i++)
        {
            using Socket client = await balancer.ConnectAsync();
            await client.SendTextAsync("x");
            Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
        }

        Assert.That((await balancer.RecordsAsync(Flows)).Max(static record => record.Attempts), Is.EqualTo(2));
    }

    [Test]
    public async Task Connect_OnlyBackendDoesNotAnswer_TimesOut()
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [hole.EndPoint], static service => service with { Timeouts = new() { Connect = Short } });
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        FlowRecord record = await balancer.RecordAsync();
        Assert.That(record.Reason, Is.EqualTo(CloseReason.ServerConnectTimeout));
        Assert.That(record.Duration, Is.GreaterThanOrEqualTo(Short));
    }

    [Test]
    public async Task Connect_ClientAbortsMeanwhile_SessionEndsAtOnce()
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([hole.EndPoint]);
        Socket client = await balancer.ConnectAsync();
        await Eventually.TrueAsync(() => balancer.Balancer.Backends[0].ActiveConnections == 1, "a connect");
        client.Reset();

        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.ClientAbortConnect));
    }

    [Test]
    public async Task Connect_ClientHalfClosesMeanwhile_RequestStillArrives()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Socket client = await balancer.ConnectAsync();
        await client.SendTextAsync("all at once");
        client.Shutdown(SocketShutdown.Send);

        using Socket accepted = await server.AcceptAsync();
        Assert.That(await accepted.ReceiveToEndAsync(), Is.EqualTo("all at once"u8.ToArray()));
    }

    [Test]
    public async Task Connect_NoBackendAvailable_ClientIsClosedAtOnce()
    {
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [TestServer.Closed()],
            static service => service with { Pool = service.Pool with { Health = new() { Interval = Short } } });
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.Attempts), Is.EqualTo((CloseReason.NoBackend, 0)));
    }

    [Test]
    public async Task Connect_BackendOnIpv6_IsReached()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        using TestServer server = TestServer.Echo(IPAddress.IPv6Loopback);
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Socket client = await balancer.ConnectAsync();
        await client.SendTextAsync("x");

        Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
    }

    [Test]
    public async Task Connect_BackendOnLinkLocalAddress_IsReached()
    {
        IPAddress? linkLocal = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static one => one.GetIPProperties().UnicastAddresses.Select(static unicast => unicast.Address))
            .FirstOrDefault(static address => address.IsIPv6LinkLocal);
        if (linkLocal is null) Assert.Ignore("this machine has no link-local address");
        using TestServer server = TestServer.Echo(linkLocal);
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], static service => service with { Pool = service.Pool with { Health = new() } });

        Assert.That(balancer.Balancer.Backends[0].State, Is.EqualTo("up"));
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Connect_SameSourceHashedOnSource_AlwaysTheSameBackend()
    {
        using TestServer one = TestServer.Echo();
        using TestServer two = TestServer.Echo();
        using TestServer three = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [one.EndPoint, two.EndPoint, three.EndPoint],
            static service => service with { Pool = service.Pool with { HashOn = HashOn.Source } });
        for (int i = 0; i < 30; i++) (await balancer.ConnectAsync()).Dispose();

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(30);
        Assert.That(records.Select(static record => record.Backend).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Connect_BackendGoesDown_ItsFlowsStayAndNewOnesGoElsewhere()
    {
        using TestServer one = TestServer.Echo();
        using TestServer two = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [one.EndPoint, two.EndPoint],
            static service => service with
            {
                Pool = service.Pool with { Health = new() { Interval = Short / 2, Rise = 1, Fall = 1 } },
            });
        List<Socket> flows = [];
        for (int i = 0; i < 40; i++) flows.Add(await balancer.ConnectAsync());
        await Eventually.TrueAsync(() => one.Served + two.Served >= 40, "all flows");

        one.Dispose(); // The listener alone: what it has accepted goes on.
        await Eventually.TrueAsync(
            () => balancer.Balancer.Backends.Count(static backend => backend.IsAvailable) == 1, "a verdict");
        foreach (Socket flow in flows)
        {
            await flow.SendTextAsync("still here");
            Assert.That(await flow.ReceiveTextAsync(10), Is.EqualTo("still here"));
        }

        int before = two.Served;
        for (int i = 0; i < 10; i++) flows.Add(await balancer.ConnectAsync());
        await Eventually.TrueAsync(() => two.Served >= before + 10, "new flows at the other");
        flows.ForEach(static flow => flow.Dispose());
    }
}
