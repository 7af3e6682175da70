using System.Net.Sockets;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What another configuration does to those who wait for a place at a backend.</summary>
public sealed class QueueReloadTests
{
    [Test]
    public async Task Apply_LargerLimit_TheyAreServedInTheirOrder()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        foreach (string text in new[] { "1", "2", "3" }) await balancer.EnqueueAsync(text);

        await balancer.ApplyAsync(static config => config.WithService(QueueTesting.Limited(3, 5)));

        await balancer.QueuedAsync(1);
        using Socket second = await server.AcceptAsync();
        using Socket third = await server.AcceptAsync();
        string[] served = [await second.ReceiveTextAsync(1), await third.ReceiveTextAsync(1)];
        Assert.That(served, Is.EquivalentTo(new[] { "1", "2" }), "each dialled by its own shard");
        await balancer.ApplyAsync(static config => config.WithService(QueueTesting.Limited(0, 5)));
        using Socket fourth = await server.AcceptAsync();
        Assert.That(await fourth.ReceiveTextAsync(1), Is.EqualTo("3"));
        Assert.That(balancer.Queued(), Is.Zero);
        flow.End();
    }

    [Test]
    public async Task Apply_SmallerLimit_NobodyEndsAndNobodyNewComesBeforeThereIsRoom()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 2, 5);
        (Socket Client, Socket Server) one = await balancer.ConnectAsync(server);
        (Socket Client, Socket Server) other = await balancer.ConnectAsync(server);

        await balancer.ApplyAsync(static config => config.WithService(QueueTesting.Limited(1, 5)));

        using Socket waiting = await balancer.EnqueueAsync();
        one.End();
        await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 2, "one less");
        Assert.That((balancer.Queued(), server.HasWaiting), Is.EqualTo((1, false)));
        other.End();
        using Socket served = await server.AcceptAsync();
    }

    [Test]
    public async Task Apply_SmallerQueue_WhoWaitsDoesAndWhoComesIsRefused()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket one = await balancer.EnqueueAsync("1");
        using Socket other = await balancer.EnqueueAsync("2");

        await balancer.ApplyAsync(static config => config.WithService(QueueTesting.Limited(1, 0)));

        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        foreach ((Socket client, string text) in new[] { (one, "1"), (other, "2") })
        {
            flow.End();
            flow = (client, await server.AcceptAsync());
            Assert.That(await flow.Server.ReceiveTextAsync(1), Is.EqualTo(text));
        }

        flow.End();
    }

    [Test]
    public async Task Apply_BackendIsAdded_TheyGoThere()
    {
        using TestServer server = new();
        using TestServer added = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket first = await balancer.EnqueueAsync("1");
        using Socket second = await balancer.EnqueueAsync("2");

        await balancer.ApplyAsync(config => QueueTesting.Limited(1, 5)(config
            .WithBackends(server.EndPoint, added.EndPoint).Services[0]) is var service
            ? config with { Services = [service] } : config);

        using Socket served = await added.AcceptAsync();
        Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("1"));
        await balancer.QueuedAsync(1);
        flow.End();
        using Socket next = await server.AcceptAsync();
        Assert.That(await next.ReceiveTextAsync(1), Is.EqualTo("2"));
    }

    [Test]
    public async Task Apply_BackendIsReplaced_TheyGoToTheNewOne()
    {
        using TestServer server = new();
        using TestServer other = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket waiting = await balancer.EnqueueAsync("x");

        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint));

        using Socket served = await other.AcceptAsync();
        Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("x"));
        flow.End();
    }

    [Test]
    public async Task Apply_ServiceUsesAnotherPool_TheyGoOnThere()
    {
        using TestServer server = new();
        using TestServer other = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket one = await balancer.EnqueueAsync("1");
        using Socket two = await balancer.EnqueueAsync("2");

        await balancer.ApplyAsync(config => config.WithPool(pool => pool with
        {
            Name = "another",
            Backends = [RunningBalancer.Backend(other.EndPoint) with { MaxConnections = 1 }],
        }));

        // They come there from their own shards, so that one may be before the other.
        Socket accepted = await other.AcceptAsync();
        string first = await accepted.ReceiveTextAsync(1);
        await balancer.QueuedAsync(1);
        (first == "1" ? one : two, accepted).End();
        using Socket last = await other.AcceptAsync();
        Assert.That(await last.ReceiveTextAsync(1), Is.EqualTo(first == "1" ? "2" : "1"));
        flow.End();
    }

    [Test]
    public async Task Apply_ServiceIsRemoved_TheyAreServedAllTheSame()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(server, 1, 5);
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket waiting = await balancer.EnqueueAsync("x");

        await balancer.ApplyAsync(static config => config with { Services = [] });

        Assert.That(balancer.Queued(), Is.EqualTo(1));
        flow.End();
        using (Socket served = await server.AcceptAsync())
        {
            Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("x"));
        }

        waiting.Close();
        await Eventually.TrueAsync(() => balancer.Balancer.Pools.Count == 0, "everything forgotten");
    }

    [Test]
    public async Task Apply_ServiceIsRemovedAndItsDrainTimeIsOver_TheyEndWithDrainTimeout()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], service => QueueTesting.Limited(1, 5)(service with
            {
                Pool = service.Pool with { DrainTimeout = TimeSpan.FromMilliseconds(1) },
            }));
        (Socket Client, Socket Server) flow = await balancer.ConnectAsync(server);
        using Socket waiting = await balancer.EnqueueAsync();

        await balancer.ApplyAsync(static config => config with { Services = [] });

        Assert.That(await waiting.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(2);
        Assert.That(records.Select(static one => one.Reason), Is.All.EqualTo(CloseReason.DrainTimeout));
        flow.End();
    }
}
