using System.Net;
using System.Net.Sockets;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Looking at the flows that are open, and ending some.</summary>
public sealed class LiveFlowTests
{
    private const int Many = 700; // More places than a shard looks at in one turn.

    [Test]
    public async Task List_ManyFlows_EachIsThereOnceWithItsBytes()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Clients clients = await Clients.OpenAsync(balancer, Many);

        FlowListing listing = await ListAsync(balancer, new FlowFilter(), Many);

        Assert.That(listing.Total, Is.EqualTo(Many));
        Assert.That(listing.Flows.Select(static flow => flow.Flow.Client), Is.EquivalentTo(clients.Addresses));
        Assert.That(listing.Flows.Select(static flow => flow.Id), Is.Unique);
        Assert.That(listing.Flows, Is.All.Matches<FlowStatus>(flow => flow is
        {
            Service: "test", Phase: FlowPhase.Open, ClientBytes: 1, ServerBytes: 1, Backend: not null,
        }));
    }

    [Test]
    public async Task List_FewAreAskedFor_TheYoungestComeFirst()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([server.EndPoint], shards: 1); // Ages of two are not of one moment.
        using Clients clients = await Clients.OpenAsync(balancer, 20);

        FlowListing listing = await ListAsync(balancer, new FlowFilter(), 5);

        Assert.That(listing.Total, Is.EqualTo(20));
        Assert.That(listing.Flows, Has.Count.EqualTo(5));
        Assert.That(listing.Flows.Select(static flow => flow.Age), Is.Ordered);
        Assert.That(
            listing.Flows.Select(static flow => flow.Flow.Client), Is.SubsetOf(clients.Addresses.TakeLast(8)));
    }

    [Test]
    public async Task Kill_ById_EndsThatFlowAlone()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Clients clients = await Clients.OpenAsync(balancer, 3);
        FlowListing listing = await ListAsync(balancer, new FlowFilter(), 3);
        FlowStatus meant = listing.Flows.Single(flow => flow.Flow.Client == clients.Addresses[1]);

        Assert.That(FlowId.TryParse(meant.Id.ToString(), out FlowId id), Is.True);
        Assert.That(await KillAsync(balancer, new FlowFilter { Id = id }), Is.EqualTo(1));
        Assert.That(await clients.Sockets[1].EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await KillAsync(balancer, new FlowFilter { Id = id }), Is.Zero, "it has gone");
        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(2));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.AdminKill));
    }

    [TestCase("127.0.0.0/8", 3)]
    [TestCase("127.0.0.1", 3)]
    [TestCase("127.0.0.2", 0)]
    [TestCase("10.0.0.0/8", 0)]
    public async Task Kill_ByClient_EndsThoseOfThePrefix(string prefix, int expected)
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using Clients clients = await Clients.OpenAsync(balancer, 3);

        Assert.That(IpPrefix.TryParse(prefix, out IpPrefix client), Is.True);
        Assert.That(await KillAsync(balancer, new FlowFilter { Client = client }), Is.EqualTo(expected));
        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(3 - expected));
    }

    [Test]
    public async Task Kill_ByBackendOfUdp_EndsItsSessions()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint]);
        using Socket client = balancer.ConnectUdp();
        client.RoundTrip("a");

        FlowFilter filter = new() { Pool = "test", Backend = server.EndPoint.ToString() };
        FlowStatus flow = (await ListAsync(balancer, filter, 1)).Flows.Single();
        Assert.That(flow.Flow.Protocol, Is.EqualTo(FlowProtocol.Udp));
        Assert.That(await KillAsync(balancer, filter), Is.EqualTo(1));
        Assert.That(client.RoundTrip("b"), Is.EqualTo("b"), "the next datagram begins another");
    }

    [TestCase("")]
    [TestCase("1-2")]
    [TestCase("a-1-1")]
    [TestCase("0-1-1-1")]
    [TestCase("-1-1-1")]
    [TestCase("99-99999-4294967295")]
    public async Task Kill_IdOfNoFlow_EndsNone(string text)
    {
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([TestServer.Closed()]);
        bool isId = FlowId.TryParse(text, out FlowId id);
        Assert.That(isId, Is.EqualTo(text.StartsWith("99", StringComparison.Ordinal)));
        if (isId) Assert.That(await KillAsync(balancer, new FlowFilter { Id = id }), Is.Zero);
    }

    private static Task<FlowListing> ListAsync(RunningBalancer balancer, FlowFilter filter, int most) =>
        balancer.Balancer.FlowsAsync(filter, most, CancellationToken.None).Within();

    private static Task<int> KillAsync(RunningBalancer balancer, FlowFilter filter) =>
        balancer.Balancer.KillFlowsAsync(filter, CancellationToken.None).Within();

    /// <summary>Clients with one byte sent and received each.</summary>
    private sealed class Clients(List<Socket> sockets) : IDisposable
    {
        public List<Socket> Sockets => sockets;

        public IReadOnlyList<IpEndpoint> Addresses =>
            [.. sockets.Select(static socket => IpEndpoint.From((IPEndPoint)socket.LocalEndPoint!))];

        public static async Task<Clients> OpenAsync(RunningBalancer balancer, int count)
        {
            List<Socket> sockets = [];
            for (int i = 0; i < count; i++)
            {
                sockets.Add(await balancer.ConnectAsync());
                await sockets[i].SendTextAsync("x");
                await sockets[i].ReceiveTextAsync(1);
            }

            return new Clients(sockets);
        }

        public void Dispose() => sockets.ForEach(static socket => socket.Dispose());
    }
}
