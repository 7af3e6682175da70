using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How UDP services end.</summary>
public sealed class UdpDrainTests
{
    [Test]
    public async Task Drain_FlowIsOpen_IsStillAnsweredAndNewOnesAreDropped()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, idle: TimeSpan.FromSeconds(20), shards: 1);
        using Socket client = balancer.ConnectUdp();
        client.RoundTrip("x");
        Task<int> draining = balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        await DrainTests.DrainingAsync(balancer);
        Assert.That(await balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(20)), Is.True);

        using Socket late = balancer.ConnectUdp();
        for (int i = 1; i <= 3; i++)
        {
            late.Send("late");
            Assert.That(client.RoundTrip($"{i}"), Is.EqualTo($"{i}"));
        }

        await balancer.CountsAsync(static one => one.Dropped(DatagramDrop.Shutdown), 3, "drops");
        Assert.That(draining.IsCompleted, Is.False);
        Assert.That(await draining.Within(), Is.Zero);
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.Idle));
        await IsUnreachableAsync(late);
    }

    /// <summary>
    /// The kernel spreads flows over the listening sockets that there are; closing one would send flows of the others
    /// to shards that do not know them.
    /// </summary>
    [Test]
    public async Task Drain_SomeShardsHaveNoFlow_TheOthersFlowsAreStillAnswered()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, TimeSpan.FromMinutes(1), shards: 8);
        Socket[] clients = balancer.ConnectUdp(4);
        foreach (Socket client in clients) client.RoundTrip("x");
        Task<int> draining = balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        await DrainTests.DrainingAsync(balancer);
        Assert.That(await balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(20)), Is.True);

        for (int i = 0; i < clients.Length; i++)
        {
            Assert.That(clients[i].RoundTrip($"{i}"), Is.EqualTo($"{i}"));
        }

        Assert.That(balancer.Dropped(DatagramDrop.Shutdown), Is.Zero);
        Assert.That(draining.IsCompleted, Is.False);
        clients.DisposeAll();
    }

    [Test]
    public async Task Drain_BackendOfAFlowGoesDown_TheFlowMovesAsEver()
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        using Socket bystander = balancer.ConnectUdpTo(other.EndPoint); // Nobody drains what has no flow for a moment.
        client.RoundTrip("x");
        bystander.RoundTrip("x");
        Task<int> draining = balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        await DrainTests.DrainingAsync(balancer);
        Assert.That(await balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(20)), Is.True);

        balancer.Change(one.EndPoint, static backend => backend.SetHealth(BackendHealth.Down));
        Assert.That(client.RoundTrip("x"), Is.EqualTo("other"));
        Assert.That(balancer.Dropped(DatagramDrop.Shutdown), Is.Zero);
        Assert.That(draining.IsCompleted, Is.False);
    }

    [Test]
    public async Task Drain_NoFlow_ListenersAreClosedAtOnce()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, TimeSpan.FromMinutes(1));
        using Socket client = balancer.ConnectUdp();
        Assert.That(
            await balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(10), CancellationToken.None).Within(), Is.Zero);

        await IsUnreachableAsync(client);
    }

    [Test]
    public async Task Drain_TimeIsOver_WhatIsLeftIsClosedWithShutdown()
    {
        const int Clients = 50;
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, TimeSpan.FromMinutes(1));
        Socket[] clients = balancer.ConnectUdp(Clients);
        foreach (Socket client in clients) client.RoundTrip("x");
        int cutOff = await balancer.Balancer.DrainAsync(TimeSpan.Zero, CancellationToken.None).Within();

        Assert.That(cutOff, Is.EqualTo(Clients));
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Clients);
        Assert.That(records.Select(static one => one.Reason), Is.All.EqualTo(CloseReason.Shutdown));
        Assert.That(
            records.Select(static one => one.Flow),
            Is.EquivalentTo(clients.Select(client => client.FlowTo(balancer.Address))));
        await IsUnreachableAsync(clients[0]);
        clients.DisposeAll();
    }

    [Test]
    public async Task Drain_DatagramsWaitAtTheListener_AreStillTaken()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server, TimeSpan.FromMinutes(1), shards: 1);
        Socket[] clients = balancer.ConnectUdp(100); // More than a batch.
        Task<int> draining;
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            foreach (Socket client in clients) client.Send("x");
            draining = balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        }

        foreach (Socket client in clients) Assert.That(client.ReceiveText(), Is.EqualTo("x"));
        Assert.That(balancer.Dropped(DatagramDrop.Shutdown), Is.Zero);
        Assert.That(draining.IsCompleted, Is.False);
        clients.DisposeAll();
    }

    [Test]
    public async Task Dispose_NeverStarted_LeavesNothingOpen()
    {
        await DisposeUnstartedAsync(); // What the first time loads stays.
        int before = OpenDescriptors();
        for (int i = 0; i < 20; i++) await DisposeUnstartedAsync();

        await Eventually.TrueAsync(() => OpenDescriptors() < before + 20, "descriptors that are closed");
    }

    [Test]
    public async Task Dispose_StartFailedAtTheSecondAddress_TheFirstIsFreeAgain()
    {
        using HandServer inTheWay = new();
        IPEndPoint free;
        using (HandServer server = new()) free = server.EndPoint;
        ServiceConfig service = RunningBalancer.UdpService([inTheWay.EndPoint]) with
        {
            Listen = [new(IpEndpoint.From(free)), new(IpEndpoint.From(inTheWay.EndPoint))],
        };
        await using (Balancer balancer = Make(service))
        {
            BalancerStartException? error =
                Assert.ThrowsAsync<BalancerStartException>(() => balancer.StartAsync(CancellationToken.None));
            Assert.That(error!.Message, Does.Contain("address already in use").And.Contain($"{inTheWay.EndPoint}"));
        }

        using HandServer again = new(port: free.Port);
        Assert.That(again.EndPoint, Is.EqualTo(free));
    }

    [Test]
    public async Task Dispose_AfterManyFlows_NoDescriptorIsLeft()
    {
        using UdpServer server = UdpServer.Echo();
        int before = 0;
        for (int round = 0; round < 3; round++)
        {
            await using (RunningBalancer balancer = await StartAsync(server, TimeSpan.FromMinutes(1)))
            {
                Socket[] clients = balancer.ConnectUdp(100);
                foreach (Socket client in clients) client.RoundTrip("x");
                clients.DisposeAll();
            }

            if (round == 0) before = OpenDescriptors();
        }

        await Eventually.TrueAsync(() => OpenDescriptors() < before + 100, "descriptors that are closed");
    }

    private static async Task DisposeUnstartedAsync()
    {
        using UdpServer server = UdpServer.Silent();
        await using Balancer balancer = Make(RunningBalancer.UdpService([server.EndPoint]));
    }

    private static Balancer Make(ServiceConfig service) => new(
        new BalancerConfig { Global = new GlobalConfig { Shards = 2 }, Services = [service] },
        NullLoggerFactory.Instance,
        TimeProvider.System,
        new ShardOptions());

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>Nobody listens: the kernel says so with ICMP, which the socket passes on.</summary>
    private static Task IsUnreachableAsync(Socket client) => Eventually.TrueAsync(
        () =>
        {
            try
            {
                client.Send("x");
                return false;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return true;
            }
        },
        "ICMP port unreachable");

    private static Task<RunningBalancer> StartAsync(UdpServer server, TimeSpan idle, int shards = 2) =>
        UdpClients.StartAsync(
            [server], service => service with { Timeouts = new TimeoutConfig { Idle = idle } }, shards);
}
