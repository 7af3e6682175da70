using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>A full session table: who gives way, and who is turned away.</summary>
public sealed class UdpLimitTests
{
    [TestCase(3, 0, 0)]
    [TestCase(0, 3, 0)]
    [TestCase(0, 0, 3)]
    [TestCase(5, 4, 3)]
    public async Task Limit_NobodyHasBeenIdleForLong_NewFlowIsDroppedAndTheOthersGoOn(
        int table, int service, int process)
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, table, service, process);
        Socket[] clients = balancer.ConnectUdp(3);
        foreach (Socket client in clients) client.RoundTrip("x");
        using Socket late = balancer.ConnectUdp();
        for (int dropped = 1; dropped <= 3; dropped++)
        {
            late.Send("late");
            await Eventually.TrueAsync(() => balancer.Dropped(DatagramDrop.Limit) == dropped, "a drop");
        }

        foreach (Socket client in clients) Assert.That(client.RoundTrip("still"), Is.EqualTo("still"));
        Assert.That(late.Available, Is.Zero);
        Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(3));
        Assert.That(balancer.Balancer.TakeFlowRecords(static _ => { }), Is.Zero);
        clients.DisposeAll();
    }

    [Test]
    public async Task Limit_SomebodyIsIdleForATenthOfItsTime_TheLongestIdleGivesWay()
    {
        TimeSpan idle = TimeSpan.FromSeconds(3);
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, table: 3, idle: idle);
        Socket[] clients = balancer.ConnectUdp(3);
        foreach (Socket client in clients) client.RoundTrip("x");
        clients[0].RoundTrip("x"); // Now the second is the one that has been idle for longest.
        FlowKey[] flows = [.. clients.Select(client => client.FlowTo(balancer.Address))];

        using Socket late = balancer.ConnectUdp();
        Assert.That(await late.AnswerAsync("late"), Is.EqualTo("late"));
        FlowRecord record = (await balancer.RecordsAsync(1))[0];
        Assert.That((record.Reason, record.Flow), Is.EqualTo((CloseReason.Limit, flows[1])));
        Assert.That(record.Duration, Is.GreaterThan(idle / 10));
        clients.DisposeAll();
    }

    [Test]
    public async Task Limit_AllGiveWayInTurn_InTheOrderOfTheirLastDatagram()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, table: 4, idle: TimeSpan.FromSeconds(2));
        Socket[] clients = balancer.ConnectUdp(4);
        foreach (Socket client in clients) client.RoundTrip("x");
        foreach (int again in new[] { 2, 0, 3 }) clients[again].RoundTrip("x");
        FlowKey[] flows = [.. new[] { 1, 2, 0, 3 }.Select(i => clients[i].FlowTo(balancer.Address))];

        Socket[] late = balancer.ConnectUdp(4);
        foreach (Socket client in late) await client.AnswerAsync("late");
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(4);
        FlowRecord[] gaveWay = [.. records.Where(record => flows.Contains(record.Flow))];
        Assert.That(gaveWay.Select(static one => one.Flow), Is.EqualTo(flows));
        Assert.That(gaveWay.Select(static one => one.Reason), Is.All.EqualTo(CloseReason.Limit));
        clients.DisposeAll();
        late.DisposeAll();
    }

    [Test]
    public async Task Limit_SessionEnds_ItsPlaceIsFree()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server], static service => service with { Udp = new UdpConfig { MaxSessions = 1, Responses = 1 } });
        for (int i = 0; i < 20; i++)
        {
            using Socket client = balancer.ConnectUdp();
            Assert.That(client.RoundTrip($"{i}"), Is.EqualTo($"{i}"));
        }

        Assert.That(balancer.Dropped(DatagramDrop.Limit), Is.Zero);
    }

    [TestCase(60_000)]
    [TestCase(20, Description = "all the time somebody gives way")]
    public async Task Limit_ManyClientsOnTwoShards_NeverMoreSessionsThanThereArePlaces(int idleMilliseconds)
    {
        const int Most = 10;
        const int Clients = 100;
        using UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer = await StartAsync(
            server, table: Most, idle: TimeSpan.FromMilliseconds(idleMilliseconds), shards: 2);
        Socket[] clients = balancer.ConnectUdp(Clients);
        int most = 0;
        int sent = 0;
        bool somebodyGivesWay = idleMilliseconds < 60_000;
        await Eventually.TrueAsync(
            () =>
            {
                for (int i = 0; i < 1000; i++)
                {
                    clients[sent++ % Clients].Send("x");
                    most = Math.Max(most, balancer.Balancer.Backends[0].ActiveConnections);
                }

                return sent >= 3000 && (!somebodyGivesWay || balancer.Counters(static one => one.Accepted) > Most);
            },
            "more sessions than places");

        await balancer.CountsAsync(
            static one => one.SentToServers + one.Dropped(DatagramDrop.Limit) + one.Dropped(DatagramDrop.ReceiveBuffer),
            sent,
            "datagrams");
        Assert.That(most, Is.InRange(1, Most));
        if (!somebodyGivesWay) Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(Most));
        clients.DisposeAll();
    }

    private static Task<RunningBalancer> StartAsync(
        UdpServer server, int table = 0, int service = 0, int process = 0, TimeSpan? idle = null, int shards = 1)
    {
        ServiceConfig config = RunningBalancer.UdpService([server.EndPoint]) with
        {
            MaxConnections = service,
            Udp = new UdpConfig { MaxSessions = table },
            Timeouts = new TimeoutConfig { Idle = idle ?? TimeSpan.FromMinutes(10) },
        };
        return RunningBalancer.StartAsync(config, new GlobalConfig { Shards = shards, MaxConnections = process });
    }
}
