using System.Net;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Verdicts on real backends, from the probe to what new flows see.</summary>
public sealed class HealthTests
{
    private static readonly HealthConfig Quick =
        new() { Interval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(5), Rise = 2, Fall = 2 };

    [Test]
    public async Task Start_FirstRoundHasEnded_StatesAreKnownWhenReady()
    {
        using TestServer up = new();
        await using RunningBalancer balancer = await StartAsync(Quick, up.EndPoint, TestServer.Closed());

        Assert.That(balancer.Balancer.IsReady, Is.True);
        Assert.That(balancer.Balancer.Backends.Select(static backend => backend.State), Is.EqualTo(["up", "down"]));
    }

    [Test]
    public async Task Probe_BackendComesAndGoes_StateFollows()
    {
        TestServer server = new();
        await using RunningBalancer balancer = await StartAsync(Quick, server.EndPoint);
        for (int round = 0; round < 3; round++)
        {
            server.Dispose();
            await Eventually.TrueAsync(() => balancer.Balancer.Backends[0].State == "down", "a backend that is down");
            server = new TestServer(server.EndPoint.Address, server.EndPoint.Port);
            await Eventually.TrueAsync(() => balancer.Balancer.Backends[0].State == "up", "a backend that is up");
        }

        server.Dispose();
        Assert.That(balancer.Balancer.Pools[0].Pool.Backends[0].Transitions(up: true), Is.EqualTo(4));
    }

    [Test]
    public async Task Probe_OnAnotherPort_JudgesByThatPort()
    {
        using TestServer server = new();
        using TestServer checkedPort = new();
        await using RunningBalancer balancer =
            await StartAsync(Quick with { Port = (ushort)checkedPort.EndPoint.Port }, server.EndPoint);
        Assert.That(balancer.Balancer.Backends[0].State, Is.EqualTo("up"));

        checkedPort.Dispose();
        await Eventually.TrueAsync(() => balancer.Balancer.Backends[0].State == "down", "a backend that is down");
    }

    [Test]
    public async Task Start_IntervalAndTimeoutOfAYear_FirstRoundEndsAndSoDoesTheBalancer()
    {
        using TestServer up = TestServer.Echo();
        TimeSpan year = TimeSpan.FromDays(365);
        Task<RunningBalancer> starting = StartAsync(new HealthConfig { Interval = year, Timeout = year }, up.EndPoint);
        await using RunningBalancer balancer = await starting.Within();

        Assert.That(balancer.Balancer.Backends[0].State, Is.EqualTo("up"));
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Start_ThousandsOfBackends_TheRingIsNotBuiltForEach()
    {
        IEnumerable<IPEndPoint> backends =
            Enumerable.Range(0, 3000).Select(static i => new IPEndPoint(new IPAddress([192, 0, 2, (byte)i]), 1000 + i));
        await using RunningBalancer balancer = await Task.Run(() => RunningBalancer.StartAsync(backends)).Within();

        Assert.That(balancer.Balancer.Pools[0].Pool.Available, Is.EqualTo(3000));
    }

    [Test]
    public async Task Start_HostDoesNotResolve_StartsWithoutIt()
    {
        using TestServer up = TestServer.Echo();
        ServiceConfig service = RunningBalancer.Service([up.EndPoint]);
        BackendConfig unknown = new() { Name = "unknown", Host = "no-such-host.invalid", Port = 80 };
        service = service with { Pool = service.Pool with { Backends = [.. service.Pool.Backends, unknown] } };
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync(service, new GlobalConfig { Shards = 1 });

        Assert.That(balancer.Balancer.Backends.Select(static one => one.State), Is.EqualTo(["up", "unresolved"]));
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Start_HostThatTheResolverRefusesToLookUp_StartsWithoutIt()
    {
        BackendConfig tooLong = new() { Name = "too-long", Host = new string('a', 300), Port = 80 };
        ServiceConfig service = RunningBalancer.Service([]);
        service = service with { Pool = service.Pool with { Backends = [tooLong] } };
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync(service, new GlobalConfig { Shards = 1 }).Within();

        Assert.That(balancer.Balancer.Backends[0].State, Is.EqualTo("unresolved"));
    }

    [Test]
    public async Task Ejection_ConnectsFailInARow_BackendIsEjectedWithoutAProbe()
    {
        using TestServer good = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [good.EndPoint, TestServer.Closed()],
            static service => service with { Pool = service.Pool with { Ejection = new() { Failures = 3 } } });
        for (int i = 0; i < 30; i++) Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));

        await Eventually.TrueAsync(() => balancer.Balancer.Backends[1].State == "ejected", "an ejection");
    }

    /// <summary>A server that refuses every other connection never fails three times in a row, and more.</summary>
    [Test]
    public async Task Ejection_ManyOfTheFlowsFail_BackendIsEjectedByTheirShareUntilAProbeIsGood()
    {
        using TestServer good = TestServer.Echo();
        TestServer flapping = TestServer.Echo();
        using TestServer probed = new();
        EjectionConfig byShare = new()
        {
            Failures = 0, FailureShare = 0.4, MinFlows = 10, Base = TimeSpan.FromMilliseconds(20),
            Reinstate = Reinstatement.Probe,
        };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [good.EndPoint, flapping.EndPoint],
            service => service with
            {
                Pool = service.Pool with
                {
                    Ejection = byShare, Health = Quick with { Fall = 1000, Port = (ushort)probed.EndPoint.Port },
                },
            });
        BackendStatus Flapping() => balancer.Balancer.Backends[1];
        probed.Dispose(); // No probe is good from now on, and none takes the backend down.
        while (!Flapping().IsEjected)
        {
            flapping.Dispose();
            long errors = Flapping().ConnectErrors;
            while (Flapping().ConnectErrors < errors + 2 && !Flapping().IsEjected) await balancer.RoundTripAsync("x");
            flapping = new TestServer(flapping.EndPoint.Address, flapping.EndPoint.Port);
            long taken = Flapping().TotalConnections;
            flapping.Serve(static socket => socket.SendTextAsync("x"));
            while (Flapping().TotalConnections < taken + 2 && !Flapping().IsEjected) await balancer.RoundTripAsync("x");
        }

        Assert.That(balancer.Balancer.Pools[0].Pool.Backends[1].FailedFlows, Is.GreaterThanOrEqualTo(4));
        long failed = balancer.Balancer.Pools[0].Monitor.Monitors[1].Probes.Count(good: false);
        await Eventually.TrueAsync(
            () => balancer.Balancer.Pools[0].Monitor.Monitors[1].Probes.Count(good: false) > failed + 5, "probes");
        Assert.That(Flapping().State, Is.EqualTo("ejected"), "although its time has passed");

        using TestServer back = new(probed.EndPoint.Address, probed.EndPoint.Port);
        await Eventually.TrueAsync(() => Flapping().State == "up", "a good probe");
        flapping.Dispose();
    }

    private static Task<RunningBalancer> StartAsync(HealthConfig health, params IPEndPoint[] backends) =>
        RunningBalancer.StartAsync(backends, service => service with { Pool = service.Pool with { Health = health } });
}
