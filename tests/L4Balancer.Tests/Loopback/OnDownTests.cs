using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What happens to the connections of a backend that goes down.</summary>
public sealed class OnDownTests
{
    [TestCase(OnDown.Close)]
    [TestCase(OnDown.Keep)]
    public async Task Probes_TakeItOut_ItsConnectionsEndOrStay(OnDown onDown)
    {
        using TestServer server = new();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(onDown, server, other);
        (Socket Client, Socket Server) flow =
            (await ConnectToAsync(balancer, server), await AcceptAsync(server));
        using Socket elsewhere = await ConnectToAsync(balancer, other);
        Assert.That(await elsewhere.ReceiveTextAsync(1), Is.EqualTo("x"));

        server.Dispose(); // Its connections stay; a probe is refused.

        await Eventually.TrueAsync(() => Of(balancer, server).Health == BackendHealth.Down, "down");
        if (onDown == OnDown.Close)
        {
            Assert.That(await flow.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
            Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.BackendDown));
        }
        else
        {
            await flow.Client.SendTextAsync("still");
            Assert.That(await flow.Server.ReceiveTextAsync(5), Is.EqualTo("still"));
        }

        await elsewhere.SendTextAsync("here");
        Assert.That(await elsewhere.ReceiveTextAsync(4), Is.EqualTo("here"), "the other backend's connection");
        flow.End();
    }

    [Test]
    public async Task Ejection_TakesItOut_ItsConnectionsEnd()
    {
        using TestServer server = new();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(OnDown.Close, server, other);
        (Socket Client, Socket Server) flow =
            (await ConnectToAsync(balancer, server), await AcceptAsync(server));
        PoolRuntime pool = balancer.Balancer.Pools.Single();

        pool.Ejector.Failed(pool.Pool.Backends.Single(one => one.Name == server.EndPoint.ToString()));

        Assert.That(await flow.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.BackendDown));
        flow.End();
    }

    [Test]
    public async Task LastOne_GoesDownAndIsUsedAllTheSame_ItsConnectionsStay()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], static service => service with
            {
                Pool = service.Pool with { OnDown = OnDown.Close, WhenDown = WhenDown.Open },
            });
        using Socket client = await balancer.ConnectAsync();
        await client.SendTextAsync("x");
        await client.ReceiveTextAsync(1);
        PoolRuntime pool = balancer.Balancer.Pools.Single();

        pool.Pool.Change(() =>
        {
            pool.Pool.Backends[0].SetHealth(BackendHealth.Down);
            return true;
        });

        await balancer.Balancer.FlowsAsync(new FlowFilter(), 1, CancellationToken.None); // All have been looked at.
        await client.SendTextAsync("still");
        Assert.That(await client.ReceiveTextAsync(5), Is.EqualTo("still"));
    }

    [Test]
    public async Task Backend_GoesDownAsItIsConnected_ConnectionGoesToAnother()
    {
        // A connect that gets no answer, then a verdict: nobody waits for the connect's timeout.
        using TestServer silent = await TestServer.BlackHoleAsync();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(OnDown.Close, silent, other, probes: false);
        PoolRuntime pool = balancer.Balancer.Pools.Single();
        Backend hole = pool.Pool.Backends.Single(one => one.Name == silent.EndPoint.ToString());
        using Socket client = await ConnectToAsync(balancer, silent);

        pool.Pool.Change(() =>
        {
            hole.SetHealth(BackendHealth.Down);
            return true;
        });

        Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
        Assert.That(hole.ActiveSessions, Is.Zero);
        Assert.That(Enum.GetValues<ConnectError>().Sum(hole.ConnectErrorCount), Is.Zero, "no fault of a connect");
    }

    [Test]
    public async Task Backend_GoesDownWhileTheyWaitForIt_TheyWaitForTheOthers()
    {
        using TestServer server = new();
        using TestServer other = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint, other.EndPoint], service => QueueTesting.Limited(1, 5)(Closing(service)));
        (Socket Client, Socket Server)[] flows = await BothAsync(balancer, server, other);
        using Socket waiting = await balancer.EnqueueAsync("w");
        PoolRuntime pool = balancer.Balancer.Pools.Single();

        pool.Pool.Change(() =>
        {
            pool.Pool.Backends[0].SetHealth(BackendHealth.Down);
            return true;
        });

        Assert.That(await flows[0].Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        // Where its place is free before that is published, the flow in the line is given it, and finds it out.
        await Eventually.TrueAsync(() => balancer.Queued() == 1, "its place is nobody's");
        flows[1].End();
        using Socket served = await other.AcceptAsync();
        Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("w"));
        flows[0].End();
    }

    private static ServiceConfig Closing(ServiceConfig service) =>
        service with { Pool = service.Pool with { OnDown = OnDown.Close } };

    private static Task<RunningBalancer> StartAsync(
        OnDown onDown, TestServer server, TestServer other, bool probes = true) =>
        RunningBalancer.StartAsync([server.EndPoint, other.EndPoint], service => service with
        {
            Pool = service.Pool with
            {
                OnDown = onDown,
                Ejection = new EjectionConfig { Failures = 1 },
                Health = new HealthConfig
                {
                    Type = probes ? ProbeType.Tcp : ProbeType.None, Interval = TimeSpan.FromMilliseconds(20), Fall = 1,
                },
            },
        });

    private static BackendStatus Of(RunningBalancer balancer, TestServer server) =>
        balancer.Balancer.Backends.Single(one => one.Name == server.EndPoint.ToString());

    /// <summary>Connects to one backend; the other gets nothing meanwhile.</summary>
    private static async Task<Socket> ConnectToAsync(RunningBalancer balancer, TestServer server)
    {
        string other = balancer.Balancer.Backends.Single(one => one.Name != server.EndPoint.ToString()).Name;
        balancer.Balancer.SetAdminState("test", other, AdminState.Drain, null);
        Socket client = await balancer.ConnectAsync();
        await client.SendTextAsync("x");
        await Eventually.TrueAsync(() => Of(balancer, server).ActiveConnections == 1, "a dial");
        balancer.Balancer.SetAdminState("test", other, AdminState.Ready, null);
        return client;
    }

    /// <summary>The server's end of the connection that has sent a byte; probes send none.</summary>
    private static async Task<Socket> AcceptAsync(TestServer server)
    {
        byte[] first = new byte[1];
        while (true)
        {
            Socket accepted = await server.AcceptAsync();
            int count = 0;
            await accepted.UntilGoneAsync(async one => count = await one.ReceiveAsync(first).Within());
            if (count == 1) return accepted;
            accepted.Dispose(); // A probe's.
        }
    }

    private static async Task<(Socket Client, Socket Server)[]> BothAsync(
        RunningBalancer balancer, TestServer server, TestServer other)
    {
        // With a place each the second goes where the first does not.
        Socket[] clients = [await balancer.ConnectAsync(), await balancer.ConnectAsync()];
        Socket atServer = await server.AcceptAsync();
        Socket atOther = await other.AcceptAsync();
        await clients[0].SendTextAsync("1");
        await Eventually.TrueAsync(() => atServer.Available + atOther.Available > 0, "the first one's byte");
        bool firstIsAtServer = atServer.Available > 0;
        return
        [
            (clients[firstIsAtServer ? 0 : 1], atServer),
            (clients[firstIsAtServer ? 1 : 0], atOther),
        ];
    }
}
