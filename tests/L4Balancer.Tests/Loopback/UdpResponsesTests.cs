using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Services that say how many replies they expect, none among them.</summary>
public sealed class UdpResponsesTests
{
    [Test]
    public async Task Responses_OneExpectedAndCame_SessionEndsAtOnce()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(1, server.EndPoint);
        using Socket client = balancer.ConnectUdp();
        for (int session = 1; session <= 3; session++)
        {
            Assert.That(client.RoundTrip($"{session}"), Is.EqualTo($"{session}"));
            FlowRecord record = (await balancer.RecordsAsync(session))[^1];
            Assert.That(
                (record.Reason, record.ClientDatagrams, record.ServerDatagrams),
                Is.EqualTo((CloseReason.Normal, 1L, 1L)));
        }
    }

    [Test]
    public async Task Responses_TwoRequestsOnOneSocket_BothRepliesCome()
    {
        using HandServer server = new();
        await using RunningBalancer balancer = await StartAsync(1, server.EndPoint);
        using Socket client = balancer.ConnectUdp();
        client.Send("one");
        client.Send("two");
        Assert.That(new[] { server.Take(), server.Take() }, Is.EqualTo(["one", "two"]));

        server.Send("one");
        Assert.That(client.ReceiveText(), Is.EqualTo("one"));
        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(1), "the other's reply has not come");
        server.Send("two");
        Assert.That(client.ReceiveText(), Is.EqualTo("two"));
        FlowRecord record = await balancer.RecordAsync();
        Assert.That(
            (record.Reason, record.ClientDatagrams, record.ServerDatagrams),
            Is.EqualTo((CloseReason.Normal, 2L, 2L)));
    }

    [TestCase(2, 1)]
    [TestCase(3, 2)]
    [TestCase(20, 1)]
    public async Task Responses_SeveralForEach_EndsWithTheLast(int responses, int requests)
    {
        using HandServer server = new();
        await using RunningBalancer balancer = await StartAsync(responses, server.EndPoint);
        using Socket client = balancer.ConnectUdp();
        for (int i = 0; i < requests; i++) client.Send("x");
        for (int i = 0; i < requests; i++) server.Take();
        for (int reply = 1; reply < responses * requests; reply++)
        {
            server.Send($"{reply}");
            Assert.That(client.ReceiveText(), Is.EqualTo($"{reply}"));
            Assert.That(balancer.Counters(static one => one.Closed(CloseReason.Normal)), Is.Zero);
        }

        server.Send("last");
        Assert.That(client.ReceiveText(), Is.EqualTo("last"));
        Assert.That((await balancer.RecordAsync()).ServerDatagrams, Is.EqualTo(responses * requests));
    }

    [Test]
    public async Task Responses_AllComeTogether_SessionEnds()
    {
        using HandServer server = new();
        await using RunningBalancer balancer = await StartAsync(3, server.EndPoint, shards: 1);
        using Socket client = balancer.ConnectUdp();
        client.Send("x");
        server.Take();
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            for (int i = 0; i < 3; i++) server.Send("y");
        }

        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.ServerDatagrams), Is.EqualTo((CloseReason.Normal, 3L)));
    }

    [Test]
    public async Task Responses_MoreThanExpected_TheFirstIsTheAnswer()
    {
        using HandServer server = new();
        await using RunningBalancer balancer = await StartAsync(1, server.EndPoint, shards: 1);
        using Socket client = balancer.ConnectUdp();
        client.Send("x");
        server.Take();
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            for (int i = 0; i < 5; i++) server.Send($"{i}");
        }

        Assert.That(client.ReceiveText(), Is.EqualTo("0"));
        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.ServerDatagrams), Is.EqualTo((CloseReason.Normal, 1)));
        await balancer.CountsAsync(static one => one.SentToClients, 1, "reply");
    }

    [Test]
    public async Task Responses_NoneComes_SessionEndsIdle()
    {
        using UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer =
            await StartAsync(1, server.EndPoint, idle: TimeSpan.FromMilliseconds(50));
        using Socket client = balancer.ConnectUdp();
        client.Send("x");

        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.Idle));
    }

    [Test]
    public async Task OneWay_ServerReplies_NothingIsForwardedAndTheSessionIsCounted()
    {
        using HandServer server = new();
        RunningBalancer balancer = await StartOneWayAsync(server.EndPoint);
        using Socket client = balancer.ConnectUdp();
        for (int i = 0; i < 3; i++)
        {
            client.Send($"{i}");
            Assert.That(server.Take(), Is.EqualTo($"{i}"), "the same shard has dealt with what was there before");
            server.Send("reply");
        }

        Assert.That(balancer.Balancer.Backends[0].ActiveConnections, Is.EqualTo(1));
        await balancer.DisposeAsync();
        Assert.That(client.Available, Is.Zero);
        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.ClientDatagrams, record.ServerDatagrams), Is.EqualTo((3L, 0L)));
    }

    [Test]
    public async Task OneWay_BackendRefuses_IsNoticedAndTheFlowMoves()
    {
        using UdpServer server = UdpServer.Silent();
        IPEndPoint closed = Closed();
        await using RunningBalancer balancer = await StartOneWayAsync(server.EndPoint, closed);
        using Socket client = balancer.ConnectUdpTo(closed);
        await Eventually.TrueAsync(
            () =>
            {
                client.Send("x");
                return !server.Received.IsEmpty;
            },
            "a datagram at the other backend");

        Assert.That((await balancer.RecordsAsync(1))[0].Reason, Is.EqualTo(CloseReason.ServerRefused));
    }

    /// <summary>An address that nobody listens on.</summary>
    private static IPEndPoint Closed()
    {
        using HandServer server = new();
        return server.EndPoint;
    }

    private static Task<RunningBalancer> StartAsync(
        int responses, IPEndPoint backend, int shards = 2, TimeSpan? idle = null) =>
        UdpClients.StartAsync(
            [backend],
            service => service with
            {
                Udp = new UdpConfig { Responses = responses },
                Timeouts = new TimeoutConfig { Idle = idle ?? TimeSpan.FromMinutes(1) },
            },
            shards);

    private static Task<RunningBalancer> StartOneWayAsync(params IPEndPoint[] backends) =>
        UdpClients.StartAsync(backends, static service => service with { Udp = new UdpConfig { OneWay = true } });
}
