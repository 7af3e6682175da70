using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>One connection that waits for a place at a backend, and everything that can happen to it.</summary>
public sealed class QueueTests
{
    private const string Backend = "test";

    [TestCase(1)]
    [TestCase(3)]
    public async Task Place_BecomesFree_IsTheFirstOnesOverAllShards(int shards)
    {
        const int Waiters = 12;
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, Waiters, shards: shards);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        List<Socket> waiting = [];
        for (int i = 0; i < Waiters; i++) waiting.Add(await balancer.EnqueueAsync($"{(char)('a' + i)}"));

        string order = "";
        foreach (Socket client in waiting)
        {
            flow.End();
            flow = (client, await server.AcceptAsync());
            order += await flow.Server.ReceiveTextAsync(1);
            Assert.That(server.HasWaiting, Is.False, "a second connection at a server that may have one");
        }

        flow.End();
        Assert.That(order, Is.EqualTo("abcdefghijkl"));
        Assert.That(balancer.Outcomes(QueueOutcome.Served), Is.EqualTo(Waiters));
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task Queue_IsFull_NextIsRefusedWithLimit(int size)
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, size);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        List<Socket> waiting = [];
        for (int i = 0; i < size; i++) waiting.Add(await balancer.EnqueueAsync());

        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));

        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.Backend), Is.EqualTo((CloseReason.Limit, (string?)null)));
        Assert.That(balancer.Outcomes(QueueOutcome.Full), Is.EqualTo(1));
        Assert.That(balancer.Queued(), Is.EqualTo(size));
        waiting.ForEach(static one => one.Dispose());
        flow.End();
    }

    [Test]
    public async Task Queue_TimeIsOver_EndsWithQueueTimeout()
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(50);
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5, timeout);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);

        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));

        FlowRecord record = await balancer.RecordAsync();
        Assert.That(record.Reason, Is.EqualTo(CloseReason.QueueTimeout));
        Assert.That(record.QueueDuration, Is.GreaterThanOrEqualTo(timeout).And.LessThanOrEqualTo(record.Duration));
        Assert.That(balancer.Outcomes(QueueOutcome.Timeout), Is.EqualTo(1));
        Assert.That(balancer.Queued(), Is.Zero);
        flow.End();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Client_LeavesWhileItWaits_TheNextIsServedAndItsPlaceIsFree(bool byReset)
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket leaving = await balancer.EnqueueAsync();
        using Socket staying = await balancer.EnqueueAsync("s");

        if (byReset) leaving.Reset();
        else leaving.Close();
        await balancer.QueuedAsync(1);
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.ClientAbortConnect));
        using Socket late = await balancer.EnqueueAsync("l");

        flow.End();
        flow = (staying, await server.AcceptAsync());
        Assert.That(await flow.Server.ReceiveTextAsync(1), Is.EqualTo("s"));
        flow.End();
        flow = (late, await server.AcceptAsync());
        Assert.That(await flow.Server.ReceiveTextAsync(1), Is.EqualTo("l"));
        flow.End();
        Assert.That(balancer.Outcomes(QueueOutcome.ClientGone), Is.EqualTo(1));
    }

    [Test]
    public async Task Client_EndsItsStreamBehindARequestWhileItWaits_IsAnswered()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket client = await balancer.EnqueueAsync("request");
        client.Shutdown(SocketShutdown.Send);

        flow.End();
        using Socket served = await server.AcceptAsync();
        Assert.That(await served.ReceiveToEndAsync(), Is.EqualTo("request"u8.ToArray()));
        await served.SendTextAsync("answer");
        served.Close();
        Assert.That(await client.ReceiveToEndAsync(), Is.EqualTo("answer"u8.ToArray()));
    }

    [Test]
    public async Task Client_SendsPieceByPieceWhileItWaits_NothingIsLost()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket client = await balancer.EnqueueAsync();
        byte[] bytes = RandomStream.Bytes(1, 20_000);
        for (int from = 0; from < bytes.Length; from += 1000) await client.SendAllAsync(bytes.AsMemory(from, 1000));

        flow.End();
        using Socket served = await server.AcceptAsync();
        Assert.That(await served.ReceiveExactlyAsync(bytes.Length), Is.EqualTo(bytes));
    }

    [Test]
    public async Task Listing_WhileItWaits_PhaseIsQueuedAndItHasNoBackend()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket client = await balancer.EnqueueAsync();

        FlowListing listing = await balancer.Balancer.FlowsAsync(new FlowFilter(), 10, CancellationToken.None).Within();

        Assert.That(
            listing.Flows.Select(static one => (one.Phase, one.Backend is null)),
            Is.EquivalentTo([(FlowPhase.Open, false), (FlowPhase.Queued, true)]));
        BackendStatus backend = balancer.Balancer.Backends.Single();
        Assert.That((backend.ActiveConnections, backend.MaxConnections), Is.EqualTo((1, 1)));
        ServiceStatus service = balancer.Balancer.ServiceStatuses.Single();
        Assert.That((service.Queued, service.QueueSize), Is.EqualTo((1, 2)));
        flow.End();
    }

    [Test]
    public async Task Kill_WhileItWaits_EndsItAlone()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket killed = await balancer.EnqueueAsync();
        using Socket other = await balancer.EnqueueAsync("o");
        FlowListing listing = await balancer.Balancer.FlowsAsync(new FlowFilter(), 10, CancellationToken.None).Within();
        FlowId id = listing.Flows.Single(one => one.Flow.Client.ToIPEndPoint().Equals(killed.LocalEndPoint)).Id;

        Assert.That(
            await balancer.Balancer.KillFlowsAsync(new FlowFilter { Id = id }, CancellationToken.None), Is.EqualTo(1));

        Assert.That(await killed.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.AdminKill));
        flow.End();
        using Socket served = await server.AcceptAsync();
        Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("o"));
    }

    [Test]
    public async Task Shutdown_WhileTheyWait_EndsThemWithShutdown()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        Socket[] waiting = [await balancer.EnqueueAsync(), await balancer.EnqueueAsync()];

        await balancer.Balancer.DrainAsync(TimeSpan.Zero, CancellationToken.None).Within();

        foreach (Socket one in waiting) Assert.That(await one.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(3);
        Assert.That(records.Select(static one => one.Reason), Is.All.EqualTo(CloseReason.Shutdown));
        long waited = balancer.Outcomes(QueueOutcome.Ended) + balancer.Outcomes(QueueOutcome.Served);
        Assert.That(waited, Is.EqualTo(2), "who got the place of one that was ended is ended too");
        flow.End();
    }

    [Test]
    public async Task Drain_WhileItWaits_IsServed()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket client = await balancer.EnqueueAsync("x");
        Task<int> drain = balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);

        flow.End();
        using (Socket served = await server.AcceptAsync())
        {
            Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("x"));
        }

        client.Close();
        Assert.That(await drain.Within(), Is.Zero, "cut off");
    }

    [TestCase(AdminState.Drain)]
    [TestCase(AdminState.Maint)]
    public async Task Backend_LastOneGoesOutWhileTheyWait_EndWithNoBackend(AdminState state)
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 2);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        Socket[] waiting = [await balancer.EnqueueAsync(), await balancer.EnqueueAsync()];

        balancer.Balancer.SetAdminState(Backend, server.EndPoint.ToString(), state, null);

        foreach (Socket one in waiting) Assert.That(await one.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(balancer.Outcomes(QueueOutcome.NoBackend), Is.EqualTo(2));
        Assert.That(balancer.Queued(), Is.Zero);
        flow.End();
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(3);
        Assert.That(records.Count(static one => one.Reason == CloseReason.NoBackend), Is.EqualTo(2));
    }

    [Test]
    public async Task Backend_RefusesWhoHasWaited_HeStandsWhereHeStood()
    {
        // One that refuses, and one with a place: who is refused waits for the other, before those that came later.
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint, TestServer.Closed()], QueueTesting.Limited(1, 20));
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        List<Socket> waiting = [];
        for (int i = 0; i < 10; i++)
        {
            waiting.Add(await balancer.ConnectAsync());
            await waiting[i].SendTextAsync($"{i}");
            // All but the first wait, are granted the place at the one that refuses, and wait again.
            await Eventually.TrueAsync(
                () => balancer.Outcomes(QueueOutcome.Served) == i && balancer.Queued() == i + 1,
                $"{i + 1} flows in the queue, {i} of them back");
        }

        string order = "";
        foreach (Socket client in waiting)
        {
            flow.End();
            flow = (client, await server.AcceptAsync());
            order += await flow.Server.ReceiveTextAsync(1);
        }

        flow.End();
        Assert.That(order, Is.EqualTo("0123456789"));
    }
}
