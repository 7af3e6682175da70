using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What an operator does to a backend while it has flows.</summary>
public sealed class BackendControlTests
{
    [Test]
    public async Task Drain_FlowGoesOnAndNewOnesGoElsewhere()
    {
        using TestServer one = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([one.EndPoint, other.EndPoint]);
        using Socket flow = await TalkAsync(balancer);
        BackendStatus chosen = Busy(balancer);

        Assert.That(Set(balancer, chosen, AdminState.Drain), Is.True);
        for (int i = 0; i < 20; i++) await balancer.RoundTripAsync("x");

        BackendStatus drained = Of(balancer, chosen);
        Assert.That(drained.TotalConnections, Is.EqualTo(1), "no further flow");
        Assert.That(drained, Has.Property("State").EqualTo("drain").And.Property("Health").EqualTo(BackendHealth.Up));
        await flow.SendTextAsync("goes on");
        Assert.That(await flow.ReceiveTextAsync(7), Is.EqualTo("goes on"));

        Set(balancer, chosen, AdminState.Ready);
        Assert.That(Of(balancer, chosen).IsAvailable, Is.True);
    }

    [Test]
    public async Task Drain_ItsDeadlinePasses_FlowEndsWithDrainTimeout()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Socket flow = await TalkAsync(balancer);

        Set(balancer, Busy(balancer), AdminState.Drain, TimeSpan.FromMilliseconds(1));

        Assert.That(await flow.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.DrainTimeout));
    }

    [Test]
    public async Task Maint_FlowsEndAtOnceAndNobodyIsSentThere()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Socket flow = await TalkAsync(balancer);

        Set(balancer, Busy(balancer), AdminState.Maint);

        Assert.That(await flow.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(2);
        Assert.That(
            records.Select(static record => record.Reason),
            Is.EquivalentTo([CloseReason.AdminKill, CloseReason.NoBackend]));
    }

    [Test]
    public async Task Drain_OfUdp_FlowStaysWithItsBackend()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint]);
        using Socket client = balancer.ConnectUdp();
        Assert.That(client.RoundTrip("a"), Is.EqualTo("a"));

        Set(balancer, Busy(balancer), AdminState.Drain);

        Assert.That(client.RoundTrip("b"), Is.EqualTo("b"));
        Assert.That(balancer.Balancer.Backends.Single().TotalConnections, Is.EqualTo(1), "the same session");
    }

    [Test]
    public async Task Weight_Zero_TakesNoNewFlowsUntilItIsTheConfiguredOneAgain()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        BackendStatus backend = balancer.Balancer.Backends.Single();

        balancer.Balancer.SetWeight(backend.Pool, backend.Name, 0);
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));

        balancer.Balancer.SetWeight(backend.Pool, backend.Name, null);
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Set_UnknownBackend_SaysSo()
    {
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([TestServer.Closed()]);
        Assert.That(balancer.Balancer.SetAdminState("test", "nobody", AdminState.Drain, null), Is.False);
        Assert.That(balancer.Balancer.SetWeight("nothing", "nobody", 1), Is.False);
    }

    private static async Task<Socket> TalkAsync(RunningBalancer balancer)
    {
        Socket flow = await balancer.ConnectAsync();
        await flow.SendTextAsync("x");
        await flow.ReceiveTextAsync(1);
        return flow;
    }

    private static BackendStatus Busy(RunningBalancer balancer) =>
        balancer.Balancer.Backends.Single(static one => one.ActiveConnections == 1);

    private static BackendStatus Of(RunningBalancer balancer, BackendStatus backend) =>
        balancer.Balancer.Backends.Single(one => one.Name == backend.Name);

    private static bool Set(
        RunningBalancer balancer, BackendStatus backend, AdminState state, TimeSpan? timeout = null) =>
        balancer.Balancer.SetAdminState(backend.Pool, backend.Name, state, timeout);
}
