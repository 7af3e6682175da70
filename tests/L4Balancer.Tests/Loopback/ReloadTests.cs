using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What another configuration does to what runs.</summary>
public sealed class ReloadTests
{
    [Test]
    public async Task Apply_SameConfiguration_ChangesNothing()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        ServiceRuntime service = balancer.Balancer.Services.Single();
        Backend backend = balancer.Balancer.Pools.Single().Pool.Backends.Single();

        ApplyResult result = await balancer.ApplyAsync(static config => config);

        Assert.That(result.Changes.Concat(result.Warnings), Is.Empty);
        Assert.That(balancer.Balancer.Services.Single(), Is.SameAs(service));
        Assert.That(balancer.Balancer.Pools.Single().Pool.Backends.Single(), Is.SameAs(backend));
        Assert.That(await balancer.RoundTripAsync("still here"), Is.EqualTo("still here"));
    }

    [Test]
    public async Task Apply_BackendIsReplaced_FlowStaysAndNewOnesGoToTheOther()
    {
        using TestServer old = Saying("old");
        using TestServer other = Saying("new");
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([old.EndPoint]);
        using Socket flow = await balancer.ConnectAsync();
        Assert.That(await flow.ReceiveTextAsync(3), Is.EqualTo("old"));

        ApplyResult result = await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint));
        Assert.That(result.Changes, Has.Count.EqualTo(2));

        using Socket next = await balancer.ConnectAsync();
        Assert.That(await next.ReceiveTextAsync(3), Is.EqualTo("new"));
        BackendStatus removed = balancer.Balancer.Backends.Single(static one => one.IsRemoved);
        Assert.That(removed, Has.Property("State").EqualTo("removed").And.Property("ActiveConnections").EqualTo(1));
        Assert.That(flow.Poll(0, SelectMode.SelectRead), Is.False, "the flow neither ended nor said anything");

        flow.Close();
        await Eventually.TrueAsync(
            () => !balancer.Balancer.Backends.Any(static one => one.IsRemoved), "the removed backend forgotten");
    }

    [Test]
    public async Task Apply_BackendIsRemovedAndItsDrainTimeIsOver_FlowEndsWithDrainTimeout()
    {
        using TestServer old = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([old.EndPoint]);
        using Socket flow = await balancer.ConnectAsync();
        await flow.SendTextAsync("x");
        await flow.ReceiveTextAsync(1);

        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint).WithPool(
            static pool => pool with { DrainTimeout = TimeSpan.FromMilliseconds(1) }));

        Assert.That(await flow.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.DrainTimeout));
    }

    [Test]
    public async Task Apply_WeightChanges_BackendKeepsItsCounts()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        await balancer.RoundTripAsync("x");
        string pool = balancer.Balancer.Backends[0].Pool;
        Assert.That(balancer.Balancer.SetWeight(pool, server.EndPoint.ToString(), 7), Is.True);

        await balancer.ApplyAsync(static config => config.WithPool(
            static pool => pool with { DrainTimeout = TimeSpan.FromHours(1) }));
        Assert.That(balancer.Balancer.Backends[0].Weight, Is.EqualTo(7), "set at run time, over a reload");

        await balancer.ApplyAsync(static config => config.WithPool(
            static pool => pool with { Backends = [pool.Backends[0] with { Weight = 3 }] }));
        Assert.That(balancer.Balancer.Backends[0].Weight, Is.EqualTo(3), "the file has another one since");
        Assert.That(balancer.Balancer.Backends[0].TotalConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task Apply_AddressCannotBeListenedOn_NothingChanges()
    {
        using TestServer server = TestServer.Echo();
        using TestServer inTheWay = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        BalancerConfig before = balancer.Balancer.Config;

        Assert.That(
            async () => await balancer.ApplyAsync(config => config.WithBackends(inTheWay.EndPoint).WithService(
                service => service with { Listen = [.. service.Listen, At(inTheWay.EndPoint)] })),
            Throws.TypeOf<BalancerStartException>().With.Message.Contains(inTheWay.EndPoint.ToString()));

        Assert.That(balancer.Balancer.Config, Is.SameAs(before));
        Assert.That(balancer.Balancer.Backends.Single().Name, Is.EqualTo(server.EndPoint.ToString()));
        Assert.That(await balancer.RoundTripAsync("as before"), Is.EqualTo("as before"));
    }

    [TestCase(FlowProtocol.Tcp)]
    [TestCase(FlowProtocol.Udp)]
    public async Task Apply_ServiceIsRenamed_SocketsGoOn(FlowProtocol protocol)
    {
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            RunningBalancer.Service([TestServer.Closed()]) with { Protocol = protocol },
            new GlobalConfig { Shards = 2 });
        BoundListener before = balancer.Balancer.Listeners.Single();

        await balancer.ApplyAsync(static config => config.WithService(
            static service => service with { Name = "renamed", Pool = service.Pool with { Name = "renamed" } }));

        Assert.That(balancer.Balancer.Listeners, Is.EqualTo([before with { Service = "renamed" }]));
        await Eventually.TrueAsync(() => balancer.Balancer.ServiceStatuses.Count == 1, "the former service forgotten");
    }

    [Test]
    public async Task Apply_ListenerIsAddedAndRemovedAgain_OnlyItsPortComesAndGoes()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        ListenAddress extra = new(new IpEndpoint(IpAddress.FromV4(0x7F00_0009), 0));

        await balancer.ApplyAsync(config => config.WithService(
            service => service with { Listen = [.. service.Listen, extra] }));
        IPEndPoint added = balancer.Balancer.Listeners[1].Endpoint.ToIPEndPoint();
        using Socket flow = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await flow.ConnectAsync(added);

        await balancer.ApplyAsync(config => config.WithService(
            service => service with { Listen = [.. service.Listen.Where(one => one != extra)] }));
        await Eventually.TrueAsync(() => IsRefused(added), "the removed port refused");
        await flow.SendTextAsync("the flow goes on");
        Assert.That(await flow.ReceiveTextAsync(16), Is.EqualTo("the flow goes on"));
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Apply_ServicesComeAndGo_EndTheirFlowsInTheirOwnTime()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        ServiceConfig second = RunningBalancer.Service([server.EndPoint]);
        second = second with { Name = "second", Pool = second.Pool with { Name = "second" } };
        await balancer.ApplyAsync(config => config with { Services = [.. config.Services, second] });
        using Socket flow = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await flow.ConnectAsync(balancer.Balancer.Listeners[1].Endpoint.ToIPEndPoint());

        await balancer.ApplyAsync(static config => config with { Services = [config.Services[0]] });
        Assert.That(balancer.Balancer.ServiceStatuses.Select(static one => one.IsRemoved), Is.EqualTo([false, true]));
        await flow.SendTextAsync("x");
        Assert.That(await flow.ReceiveTextAsync(1), Is.EqualTo("x"));

        flow.Close();
        await Eventually.TrueAsync(() => balancer.Balancer.ServiceStatuses.Count == 1, "the removed service forgotten");
        await Eventually.TrueAsync(() => balancer.Balancer.Pools.Count == 1, "its pool forgotten");
    }

    [Test]
    public async Task Apply_ServiceMovesToAnotherPool_FlowsOfTheFormerHaveTheirDrainTime()
    {
        using TestServer old = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [old.EndPoint],
            static service => service with { Pool = service.Pool with { DrainTimeout = TimeSpan.FromSeconds(1) } });
        using Socket flow = await balancer.ConnectAsync();
        await flow.SendTextAsync("x");
        await flow.ReceiveTextAsync(1);

        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint).WithPool(
            static pool => pool with { Name = "another" }));
        Assert.That(balancer.Balancer.Backends.Select(static one => one.Pool), Does.Contain("test"));

        Assert.That(await flow.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.DrainTimeout));
        await Eventually.TrueAsync(() => balancer.Balancer.Pools.Count == 1, "the former pool forgotten");
    }

    [Test]
    public async Task Apply_ReloadFailsAfterAPoolIsRetired_NothingChanges()
    {
        using TestServer old = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([old.EndPoint]);
        using Socket flow = await balancer.ConnectAsync();
        await flow.SendTextAsync("x");
        await flow.ReceiveTextAsync(1);
        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint).WithPool(
            static pool => pool with { Name = "another" }));
        await Eventually.TrueAsync(() => balancer.Balancer.Backends.Any(static one => one.IsRemoved), "retired");

        Assert.That(
            async () => await balancer.ApplyAsync(config => config.WithService(
                service => service with { Listen = [.. service.Listen, At(other.EndPoint)] })),
            Throws.TypeOf<BalancerStartException>());

        Assert.That(balancer.Balancer.Backends.Select(static one => one.Pool), Is.EquivalentTo(["test", "another"]));
        Assert.That(await balancer.RoundTripAsync("y"), Is.EqualTo("y"));
        await flow.SendTextAsync("z");
        Assert.That(await flow.ReceiveTextAsync(1), Is.EqualTo("z"));
    }

    [Test]
    public async Task Apply_OnceItTakesNoFlows_IsRefused()
    {
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([TestServer.Closed()]);
        await balancer.Balancer.StopAcceptingAsync();
        Assert.That(
            async () => await balancer.ApplyAsync(static config => config),
            Throws.TypeOf<InvalidOperationException>());
    }

    [Test]
    public async Task Apply_TimeoutsChange_OnlyNewFlowsHaveThem()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Socket before = await balancer.ConnectAsync();
        await before.SendTextAsync("x");
        await before.ReceiveTextAsync(1);

        await balancer.ApplyAsync(static config => config.WithService(
            static service => service with { Timeouts = new TimeoutConfig { Idle = TimeSpan.FromMilliseconds(20) } }));

        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        await before.SendTextAsync("y");
        Assert.That(await before.ReceiveTextAsync(1), Is.EqualTo("y"));
    }

    /// <summary>A server that says one thing to everybody, and then waits until the client ends.</summary>
    private static TestServer Saying(string text) => new TestServer().Serve(async socket =>
    {
        await socket.SendTextAsync(text);
        await socket.ReceiveAsync(new byte[1]);
    });

    private static ListenAddress At(IPEndPoint endPoint) => new(IpEndpoint.From(endPoint));

    private static bool IsRefused(IPEndPoint address)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(address);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
