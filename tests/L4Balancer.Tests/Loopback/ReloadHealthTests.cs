using System.Text;
using L4Balancer.Config;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Who judges backends while the configuration changes.</summary>
public sealed class ReloadHealthTests
{
    [Test]
    public async Task Apply_BackendsAndTheirProbeAreReplaced_NewOnesAreJudgedByTheNewProbe()
    {
        using TestServer old = TestServer.Echo();
        using TestServer probe = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        HealthConfig before = new() { Port = (ushort)old.EndPoint.Port };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [old.EndPoint], service => service with { Pool = service.Pool with { Health = before } });
        old.Dispose(); // By the old probe the new one would be down.

        await balancer.ApplyAsync(config => config.WithBackends(other.EndPoint).WithPool(
            pool => pool with { Health = before with { Port = (ushort)probe.EndPoint.Port } }));

        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Apply_SourceAndHeader_TheNextProbeHasThem()
    {
        string? seen = null;
        using TestServer server = new TestServer().Serve(async socket =>
        {
            byte[] header = new byte[200];
            seen = Encoding.ASCII.GetString(header, 0, await socket.ReceiveAsync(header));
        });
        HealthConfig health = new() { Interval = TimeSpan.FromMilliseconds(20) }; // Of these the server sees nothing.
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], service => service with { Pool = service.Pool with { Health = health } });
        Assert.That(seen, Is.Null);

        await balancer.ApplyAsync(config => config.WithPool(pool => pool with
        {
            Health = health with { Source = IpAddress.FromV4(0x7F000003), ProxyProtocol = ProxyProtocol.V1 },
        }));
        await Eventually.TrueAsync(() => seen is not null, "a probe that the server sees");
        Assert.That(seen, Does.StartWith("PROXY TCP4 127.0.0.3 127.0.0.1 "));
    }

    [Test]
    public async Task Apply_ProbesAreSwitchedOffAndOnAgain_FirstOneDecides()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([TestServer.Closed()]);
        HealthConfig probing = new() { Interval = TimeSpan.FromMilliseconds(10) };
        Task<ApplyResult> UseAsync(HealthConfig health) =>
            balancer.ApplyAsync(config => config.WithPool(pool => pool with { Health = health }));
        Task IsAsync(string state) => Eventually.TrueAsync(() => balancer.Balancer.Backends[0].State == state, state);

        await UseAsync(probing);
        await IsAsync("down");
        await UseAsync(new HealthConfig { Type = ProbeType.None });
        await IsAsync("up");
        await UseAsync(probing);
        await IsAsync("down");
    }

    [Test]
    public async Task Apply_ProbesAreSwitchedOn_InitialStateIsNotForBackendsThatServe()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        HealthConfig probing = new()
        {
            Interval = TimeSpan.FromMilliseconds(10), Initial = InitialState.Down, Rise = 1000,
        };
        await balancer.ApplyAsync(config => config.WithPool(pool => pool with { Health = probing }));

        PoolRuntime runtime = balancer.Balancer.Pools[0];
        await Eventually.TrueAsync(() => runtime.Monitor.Monitors[0].Probes.Count(good: true) > 1, "probes");
        Assert.That(runtime.Pool.Backends[0].Transitions(up: false), Is.Zero);
    }
}
