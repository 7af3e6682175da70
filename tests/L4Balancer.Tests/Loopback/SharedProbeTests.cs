using System.Net;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>One server that is a backend several times over, and very many servers.</summary>
public sealed class SharedProbeTests
{
    private static readonly HealthConfig Seen = new()
    {
        Interval = TimeSpan.FromMilliseconds(100), ProxyProtocol = ProxyProtocol.V1, // So that the server sees it.
    };

    [Test]
    public async Task Probe_ThreeBackendsOfTwoPools_ServerSeesOneAndEachHasItsVerdict()
    {
        using TestServer server = new TestServer().Serve(static socket => socket.ReceiveAsync(new byte[200]));
        await using Balancer balancer = await StartAsync(
            Pool("one", Seen, server.EndPoint, server.EndPoint),
            Pool("two", Seen with { Rise = 5, Fall = 5, Jitter = 0.5 }, server.EndPoint));
        await Eventually.TrueAsync(
            () => Monitors(balancer).All(static one => one.Probes.Count(good: true) >= 10), "ten probes of each");

        long made = balancer.Probes.Made;
        long counted = Monitors(balancer).Sum(static one => one.Probes.Count(good: true));
        Assert.That(counted, Is.GreaterThanOrEqualTo(made * 2), "each probe counts for nearly all three");
        Assert.That(server.Served, Is.LessThanOrEqualTo(balancer.Probes.Made + 1), "the server has seen no more");
        Assert.That(balancer.Backends.Select(static one => one.State), Has.All.EqualTo("up"));
        Assert.That(balancer.Backends.Select(static one => one.LastProbe!.Text), Has.All.StartsWith("connected in"));

        server.Dispose();
        await Eventually.TrueAsync(
            () => balancer.Backends.All(static one => one.State == "down"), "the same verdict for all");
    }

    [Test]
    public async Task Probe_AskedOtherwise_IsNotShared()
    {
        using TestServer server = new TestServer().Serve(static socket => socket.ReceiveAsync(new byte[200]));
        await using Balancer balancer = await StartAsync(
            Pool("one", Seen with { Interval = TimeSpan.FromDays(1) }, server.EndPoint),
            Pool("two", Seen with { Interval = TimeSpan.FromDays(1), ProxyProtocol = ProxyProtocol.V2 },
                server.EndPoint));

        await Eventually.TrueAsync(() => server.Served == 2, "two probes");
        Assert.That(balancer.Probes.Made, Is.EqualTo(2));
    }

    [Test]
    public async Task Start_AThousandBackendsAndTenPlaces_AllAreJudgedBeforeItServes()
    {
        using TestServer server = new(IPAddress.Any);
        IPEndPoint[] many =
        [
            .. Enumerable.Range(0, 1000).Select(number => new IPEndPoint(
                new IPAddress([127, 2, (byte)(number / 256), (byte)number]), server.EndPoint.Port)),
        ];
        await using Balancer balancer = await StartAsync(Pool("many", new HealthConfig(), many));

        Assert.That(balancer.Backends.Select(static one => one.State), Has.All.EqualTo("up"));
        Assert.That(Monitors(balancer).Select(static one => one.Probes.Count(good: true)), Has.All.GreaterThan(0));
    }

    [Test]
    public async Task Apply_OtherBound_HoldsFromThenOn()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        Assert.That(balancer.Balancer.Probes.Slots.Most, Is.EqualTo(256));

        await balancer.ApplyAsync(static config => config with { Global = config.Global with { MaxProbes = 3 } });
        Assert.That(balancer.Balancer.Probes.Slots.Most, Is.EqualTo(3));
    }

    private static IEnumerable<BackendMonitor> Monitors(Balancer balancer) =>
        balancer.Pools.SelectMany(static pool => pool.Monitor.Monitors);

    private static PoolConfig Pool(string name, HealthConfig health, params IPEndPoint[] backends) => new()
    {
        Name = name,
        Health = health,
        Backends =
        [
            .. backends.Select(static (backend, number) =>
                RunningBalancer.Backend(backend) with { Name = $"{number}" }),
        ],
    };

    private static async Task<Balancer> StartAsync(params PoolConfig[] pools)
    {
        BalancerConfig config = new()
        {
            Global = new GlobalConfig { Shards = 1, MaxProbes = 10 },
            Services =
            [
                .. pools.Select(static pool => new ServiceConfig
                {
                    Name = pool.Name,
                    Listen = [new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0)))],
                    Pool = pool,
                }),
            ],
        };
        Balancer balancer = new(config, NullLoggerFactory.Instance);
        await balancer.StartAsync(CancellationToken.None).Within();
        return balancer;
    }
}
