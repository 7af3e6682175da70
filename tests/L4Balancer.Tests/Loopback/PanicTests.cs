using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Backends that work while their probes fail: each has an address of its own, and only where a probed port listens
/// does the probe succeed.
/// </summary>
public sealed class PanicTests
{
    private const int Backends = 3;

    private readonly List<IDisposable> _open = [];

    [TearDown]
    public void Close()
    {
        foreach (IDisposable one in _open) one.Dispose();
        _open.Clear();
    }

    [TestCase(0.0, 1)]
    [TestCase(0.3, 1)]
    [TestCase(0.5, Backends)]
    public async Task Threshold_OneOfThreeIsUp_AllAreUsedBelowIt(double threshold, int used)
    {
        int port = Probed(1);
        await using RunningBalancer balancer = await StartAsync(port, pool => pool with { PanicThreshold = threshold });
        for (int i = 0; i < 60; i++) Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));

        BackendStatus[] backends = [.. balancer.Balancer.Backends];
        Assert.That(backends.Count(static one => one.TotalConnections > 0), Is.EqualTo(used));
        Assert.That(backends.Count(static one => one.IsAvailable), Is.EqualTo(1));
        Assert.That(backends.Count(static one => one.Place.IsForced), Is.EqualTo(used - 1));
        Assert.That(
            balancer.Balancer.PoolStatuses.Single().Panic, Is.EqualTo(used == 1 ? null : "too_few"));
    }

    [TestCase(WhenDown.Refuse, false)]
    [TestCase(WhenDown.Open, true)]
    public async Task WhenDown_NothingIsUp_FlowsAreServedWhereItIsOpen(WhenDown whenDown, bool isServed)
    {
        int port = Probed(0);
        await using RunningBalancer balancer = await StartAsync(port, pool => pool with { WhenDown = whenDown });

        if (isServed) Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
        else Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(
            balancer.Balancer.PoolStatuses.Single().Panic, Is.EqualTo(isServed ? "none_left" : null));
    }

    [Test]
    public async Task WhenDown_OpenAndAllAreDrainedOrInMaintenance_NobodyIsUsed()
    {
        int port = Probed(0);
        await using RunningBalancer balancer = await StartAsync(port, pool => pool with { WhenDown = WhenDown.Open });
        foreach ((int i, BackendStatus one) in balancer.Balancer.Backends.Index())
        {
            AdminState state = i == 0 ? AdminState.Maint : AdminState.Drain;
            balancer.Balancer.SetAdminState("test", one.Name, state, null);
        }

        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task WhenDown_OpenAndTheLastOneGoesDown_UdpSessionStaysWhereItIs()
    {
        using UdpServer server = UdpServer.Echo();
        TestServer probed = new();
        HealthConfig health = new()
        {
            Type = ProbeType.Tcp, Port = (ushort)probed.EndPoint.Port, Fall = 1,
            Interval = TimeSpan.FromMilliseconds(10),
        };
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint], service => service with
        {
            Pool = service.Pool with { Health = health, WhenDown = WhenDown.Open },
        });
        using Socket client = balancer.ConnectUdp();
        Assert.That(client.RoundTrip("a"), Is.EqualTo("a"));

        probed.Dispose();
        await Eventually.TrueAsync(() => balancer.Balancer.Backends[0].State == "down", "the probe to fail");

        Assert.That(client.RoundTrip("b"), Is.EqualTo("b"));
        Assert.That(balancer.Balancer.Backends[0].TotalConnections, Is.EqualTo(1), "the same session");
    }

    private static IPAddress Address(int backend) => new([127, 0, 0, (byte)(backend + 1)]);

    /// <summary>A port where the first few backends' addresses listen.</summary>
    private int Probed(int up)
    {
        TestServer first = new(Address(up > 0 ? 0 : Backends));
        _open.Add(first);
        for (int i = 1; i < up; i++) _open.Add(new TestServer(Address(i), first.EndPoint.Port));
        return first.EndPoint.Port;
    }

    private async Task<RunningBalancer> StartAsync(int probed, Func<PoolConfig, PoolConfig> change)
    {
        TestServer[] servers = [.. Enumerable.Range(0, Backends).Select(i => Server(i, probed))];
        _open.AddRange(servers);
        HealthConfig health = new() { Port = (ushort)probed };
        return await RunningBalancer.StartAsync(servers.Select(static one => one.EndPoint), service => service with
        {
            Pool = change(service.Pool with { Health = health }),
        });
    }

    /// <summary>An echo server at a backend's address, on another port than the probed one.</summary>
    private static TestServer Server(int backend, int probed)
    {
        TestServer server = TestServer.Echo(Address(backend));
        if (server.EndPoint.Port != probed) return server;
        using (server) return Server(backend, probed); // As long as it has that port, the next one gets another.
    }
}
