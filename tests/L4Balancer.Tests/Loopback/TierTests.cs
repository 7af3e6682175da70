using System.Net.Sockets;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Which backends real flows go to while others fail, are full, or are taken out with their zone.</summary>
public sealed class TierTests
{
    private static readonly HealthConfig Quick = new()
    {
        Interval = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromSeconds(20), Rise = 1, Fall = 1,
    };

    [Test]
    public async Task Backup_PrimaryGoesDownAndComesBack_FlowsFollowAndThoseOpenStay()
    {
        TestServer primary = TestServer.Echo();
        using TestServer backup = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            pool => pool with { Health = Quick }, Backend(primary), Backend(backup) with { Backup = true });
        Assert.That(States(balancer), Is.EqualTo(new[] { "up", "standby" }));
        await balancer.RoundTripAsync("x");
        Assert.That(Taken(balancer), Is.EqualTo(new[] { 1, 0 }));

        primary.Dispose();
        await ComesAboutAsync(balancer, "down", "up");
        Assert.That(balancer.Balancer.PoolStatuses.Single().Tier, Is.EqualTo(BackendPlace.BackupTier));
        using Socket open = await TalkAsync(balancer);
        Assert.That(Taken(balancer), Is.EqualTo(new[] { 1, 1 }));

        using TestServer again = TestServer.Echo(port: primary.EndPoint.Port);
        await ComesAboutAsync(balancer, "up", "standby");
        await balancer.RoundTripAsync("x");

        Assert.That(Taken(balancer), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(balancer.Balancer.PoolStatuses.Single().Tier, Is.Zero);
        await open.SendTextAsync("y");
        Assert.That(await open.ReceiveTextAsync(1), Is.EqualTo("y"));
    }

    [Test]
    public async Task Backup_PrimaryRefuses_TheSameFlowGoesThere()
    {
        using TestServer backup = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool,
            RunningBalancer.Backend(TestServer.Closed()), Backend(backup) with { Backup = true });

        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
        Assert.That(balancer.Counters(static one => one.Retries), Is.EqualTo(1));
    }

    [Test]
    public async Task Priority_FirstOnesAreFull_NextOnesTakeTheFlows()
    {
        using TestServer first = TestServer.Echo();
        using TestServer second = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool,
            Backend(first) with { MaxConnections = 1 }, Backend(second) with { Priority = 1 });
        using Socket one = await TalkAsync(balancer);
        using Socket other = await TalkAsync(balancer);

        Assert.That(Taken(balancer), Is.EqualTo(new[] { 1, 1 }));
    }

    [Test]
    public async Task Reload_ABackupBecomesAPrimary_TakesFlowsAtOnce()
    {
        using TestServer one = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool, Backend(one), Backend(other) with { Backup = true });

        ApplyResult result = await balancer.ApplyAsync(config => config.WithPool(pool => pool with
        {
            Backends = [Backend(one) with { Priority = 1 }, Backend(other)],
        }));
        await balancer.RoundTripAsync("x");

        Assert.That(result.Changes, Has.Count.EqualTo(2));
        Assert.That(Taken(balancer), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(States(balancer), Is.EqualTo(new[] { "standby", "up" }));
    }

    [Test]
    public async Task ZoneAway_NewFlowsGoElsewhereAndItSurvivesAReload()
    {
        using TestServer near = TestServer.Echo();
        using TestServer far = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool, Backend(near) with { Zone = "a" }, Backend(far) with { Zone = "b" });
        Socket[] open = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TalkAsync(balancer)))];

        ZoneShift? shift = await balancer.Balancer.ShiftZoneAsync("a", true, false, CancellationToken.None);
        await balancer.ApplyAsync(static config => config.WithPool(static pool => pool with
        {
            DrainTimeout = TimeSpan.FromSeconds(1),
        }));
        int[] before = Taken(balancer);
        for (int i = 0; i < 10; i++) await balancer.RoundTripAsync("x");

        Assert.That(Taken(balancer), Is.EqualTo(new[] { before[0], before[1] + 10 }));
        Assert.That(before[0], Is.Positive, "flows that were there before");
        Assert.That(States(balancer), Is.EqualTo(new[] { "shifted", "up" }));
        Assert.That((shift!.Before[0].Share, shift.After[0].Share), Is.EqualTo((0.5, 0.0)));
        foreach (Socket one in open)
        {
            await one.SendTextAsync("y");
            Assert.That(await one.ReceiveTextAsync(1), Is.EqualTo("y"));
            one.Dispose();
        }

        shift = await balancer.Balancer.ShiftZoneAsync("a", false, false, CancellationToken.None);
        Assert.That((shift!.Before[0].Share, shift.After[0].Share), Is.EqualTo((0.0, 0.5)));
        Assert.That(States(balancer), Is.EqualTo(new[] { "up", "up" }));
    }

    [Test]
    public async Task ZoneAway_OfUdp_KnownFlowsStayAndNewOnesGoElsewhere()
    {
        using UdpServer near = UdpServer.Echo();
        using UdpServer far = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([near.EndPoint, far.EndPoint], service =>
            service with { Pool = service.Pool with { Backends = [.. service.Pool.Backends.Select((one, i) =>
                one with { Zone = i == 0 ? "a" : "b" })] } });
        using Socket known = balancer.ConnectUdp();
        Assert.That(known.RoundTrip("x"), Is.EqualTo("x"));
        int its = Array.FindIndex(Taken(balancer), static taken => taken > 0);

        await balancer.Balancer.ShiftZoneAsync(its == 0 ? "a" : "b", true, false, CancellationToken.None);
        Assert.That(known.RoundTrip("y"), Is.EqualTo("y"));
        for (int i = 0; i < 10; i++)
        {
            using Socket another = balancer.ConnectUdp();
            Assert.That(another.RoundTrip("z"), Is.EqualTo("z"));
        }

        Assert.That((Taken(balancer)[its], Taken(balancer)[1 - its]), Is.EqualTo((1, 10)));
    }

    [Test]
    public async Task ZoneAway_NothingElseIsAvailable_OnlyByForce()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool, Backend(server) with { Zone = "a" });

        ZoneShift? refused = await balancer.Balancer.ShiftZoneAsync("a", true, false, CancellationToken.None);
        Assert.That((refused!.IsAway, refused.LeftEmpty), Is.EqualTo((false, new[] { "test" })));
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
        ZoneShift? forced = await balancer.Balancer.ShiftZoneAsync("a", true, true, CancellationToken.None);

        Assert.That(forced!.IsAway, Is.True);
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await balancer.Balancer.ShiftZoneAsync("c", true, true, CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task PreferLocal_OwnZoneIsShort_PartOfTheFlowsGoesElsewhere()
    {
        TestServer[] servers = [.. Enumerable.Range(0, 4).Select(static _ => TestServer.Echo())];
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool with { Zones = new ZonesConfig { PreferLocal = true, SpillBelow = 1 } },
            Backend(servers[0]) with { Zone = "a" }, Backend(servers[1]) with { Zone = "a" },
            Backend(servers[2]) with { Zone = "b" }, Backend(servers[3]) with { Zone = "b" });
        for (int i = 0; i < 20; i++) await balancer.RoundTripAsync("x");
        Assert.That(Taken(balancer)[2..], Is.All.Zero);
        Assert.That(States(balancer), Is.EqualTo(new[] { "up", "up", "standby", "standby" }));

        balancer.Balancer.SetWeight("test", servers[0].EndPoint.ToString(), 0);
        for (int i = 0; i < 60; i++) await balancer.RoundTripAsync("x");

        // Half of the zone is missing, which goes to the two others: all but certain to be seen in 60 flows.
        Assert.That(balancer.Balancer.PoolStatuses.Single().Spilled, Is.EqualTo(0.5));
        Assert.That(Taken(balancer)[2] + Taken(balancer)[3], Is.InRange(10, 50));
        foreach (TestServer server in servers) server.Dispose();
    }

    [Test]
    public async Task Reload_TheBalancersOwnZoneIsAnother_FlowsFollow()
    {
        using TestServer one = TestServer.Echo();
        using TestServer other = TestServer.Echo();
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool with { Zones = new ZonesConfig { PreferLocal = true } },
            Backend(one) with { Zone = "a" }, Backend(other) with { Zone = "b" });
        await balancer.RoundTripAsync("x");

        await balancer.ApplyAsync(static config => config with { Global = config.Global with { Zone = "b" } });
        await balancer.RoundTripAsync("x");

        Assert.That(Taken(balancer), Is.EqualTo(new[] { 1, 1 }));
        Assert.That(States(balancer), Is.EqualTo(new[] { "standby", "up" }));
    }

    [Test]
    public async Task Reload_TheFleetGrowsToTwo_EachBalancerHasHalfOfTheBackends()
    {
        TestServer[] servers = [.. Enumerable.Range(0, 4).Select(static _ => TestServer.Echo())];
        await using RunningBalancer balancer = await StartAsync(
            static pool => pool with { SubsetSize = 2 }, [.. servers.Select(Backend)]);
        Assert.That(States(balancer), Is.All.EqualTo("up"), "alone it has all");

        string[][] states = new string[2][];
        for (int index = 0; index < 2; index++)
        {
            FleetConfig fleet = new() { Index = index, Size = 2 };
            await balancer.ApplyAsync(config => config with { Fleet = fleet });
            states[index] = States(balancer);
            for (int i = 0; i < 10; i++) await balancer.RoundTripAsync("x");
        }

        Assert.That(states[0], Is.EquivalentTo(new[] { "up", "up", "subset", "subset" }));
        Assert.That(states[1], Is.EqualTo(states[0].Select(static one => one == "up" ? "subset" : "up")));
        foreach (TestServer server in servers) server.Dispose();
    }

    private static Task<RunningBalancer> StartAsync(
        Func<PoolConfig, PoolConfig> change, params BackendConfig[] backends)
    {
        ServiceConfig service = RunningBalancer.Service([]);
        return RunningBalancer.StartAsync(
            service with { Pool = change(service.Pool with { Backends = backends }) },
            new GlobalConfig { Shards = 2, Zone = "a" });
    }

    private static BackendConfig Backend(TestServer server) => RunningBalancer.Backend(server.EndPoint);

    private static async Task<Socket> TalkAsync(RunningBalancer balancer)
    {
        Socket flow = await balancer.ConnectAsync();
        await flow.SendTextAsync("x");
        Assert.That(await flow.ReceiveTextAsync(1), Is.EqualTo("x"));
        return flow;
    }

    private static string[] States(RunningBalancer balancer) =>
        [.. balancer.Balancer.Backends.Select(static one => one.State)];

    private static int[] Taken(RunningBalancer balancer) =>
        [.. balancer.Balancer.Backends.Select(static one => (int)one.TotalConnections)];

    private static Task ComesAboutAsync(RunningBalancer balancer, params string[] states) =>
        Eventually.TrueAsync(() => States(balancer).SequenceEqual(states), string.Join(", ", states));
}
