using System.Diagnostics;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How long a session lives: until it is idle, or for its lifetime.</summary>
public sealed class UdpLifeTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(1600);

    [Test]
    public async Task Session_Idle_EndsNotBeforeItsTime()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, new TimeoutConfig { Idle = Short });
        using Socket client = balancer.ConnectUdp();
        client.Send("x");

        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.ClientDatagrams), Is.EqualTo((CloseReason.Idle, 1)));
        Assert.That(record.Duration, Is.GreaterThanOrEqualTo(Short));
        await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 0, "its place to be free");
    }

    [Test]
    public async Task Session_EndedIdle_NextDatagramBeginsAnother()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, new TimeoutConfig { Idle = Short });
        using Socket client = balancer.ConnectUdp();
        for (int session = 1; session <= 3; session++)
        {
            Assert.That(await client.AnswerAsync("x"), Is.EqualTo("x"));
            await balancer.RecordsAsync(session);
        }

        Assert.That(balancer.Counters(static one => one.Closed(CloseReason.Idle)), Is.AtLeast(3));
    }

    [Test]
    public async Task Sessions_ThousandIdle_AllEnd()
    {
        const int Clients = 1000; // More than end in one turn.
        using UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer = await StartAsync(server, new TimeoutConfig { Idle = Short });
        Socket[] clients = balancer.ConnectUdp(Clients);
        foreach (Socket client in clients) client.Send("x");

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Clients);
        Assert.That(records.Select(static one => (one.Reason, one.ClientDatagrams)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(records.Select(static one => one.Flow), Is.Unique);
        clients.DisposeAll();
    }

    [Test]
    public async Task Session_ClientKeepsSending_LivesOn()
    {
        using UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer = await StartAsync(server, new TimeoutConfig { Idle = Idle });
        using Socket client = balancer.ConnectUdp();
        int pauses = Repeat(() => client.Send("x"));

        AssertLivedOn(balancer, pauses);
        Assert.That((await balancer.RecordsAsync(1))[^1].Reason, Is.EqualTo(CloseReason.Idle));
    }

    [Test]
    public async Task Session_OnlyTheServerKeepsSending_LivesOn()
    {
        using HandServer server = new();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server.EndPoint], static service => service with { Timeouts = new() { Idle = Idle } });
        using Socket client = balancer.ConnectUdp();
        client.Send("x");
        server.Take();
        int pauses = Repeat(() =>
        {
            server.Send("y");
            client.ReceiveText();
        });

        AssertLivedOn(balancer, pauses);
        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.ClientDatagrams), Is.EqualTo((CloseReason.Idle, 1)));
        Assert.That(record.Duration, Is.GreaterThan(Busy));
    }

    [Test]
    public async Task Session_LifetimeIsOver_EndsThoughItIsBusyAndGoesOnAsAnother()
    {
        TimeSpan lifetime = TimeSpan.FromMilliseconds(60);
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer =
            await StartAsync(server, new TimeoutConfig { Idle = TimeSpan.FromMinutes(1), Lifetime = lifetime });
        using Socket client = balancer.ConnectUdp();
        while (balancer.Counters(static one => one.Closed(CloseReason.Lifetime)) < 3) await client.AnswerAsync("x");

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(3);
        Assert.That(records.Select(static one => one.Reason), Is.All.EqualTo(CloseReason.Lifetime));
        Assert.That(records.Select(static one => one.Duration), Is.All.GreaterThanOrEqualTo(lifetime));
    }

    [Test]
    public async Task Session_EndsIdleBeforeItsLifetime_NoTimerIsLeft()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer =
            await StartAsync(server, new TimeoutConfig { Idle = Short, Lifetime = TimeSpan.FromMinutes(1) }, shards: 1);
        using Socket client = balancer.ConnectUdp();
        client.Send("x");

        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.Idle));
        await Eventually.TrueAsync(() => balancer.Balancer.Shards[0].Timers.Count == 0, "no timer");
    }

    private static Task<RunningBalancer> StartAsync(UdpServer server, TimeoutConfig timeouts, int shards = 2) =>
        UdpClients.StartAsync([server], service => service with { Timeouts = timeouts }, shards);

    /// <summary>Does something for longer than an idle session lives.</summary>
    /// <returns>How often so much time passed between two doings that a session may have ended: the machine may be
    /// busy. Half of what it takes, since the balancer too may have had to wait.</returns>
    private static int Repeat(Action doing)
    {
        long started = Stopwatch.GetTimestamp();
        long last = started;
        int pauses = 0;
        while (Stopwatch.GetElapsedTime(started) < Busy)
        {
            doing();
            if (Stopwatch.GetElapsedTime(last) > Idle / 2) pauses++;
            last = Stopwatch.GetTimestamp();
        }

        return pauses;
    }

    /// <summary>One session, and at most one more for each pause that may have ended it.</summary>
    private static void AssertLivedOn(RunningBalancer balancer, int pauses) =>
        Assert.That(balancer.Counters(static one => one.Accepted), Is.InRange(1, 1 + pauses));
}
