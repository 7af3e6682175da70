using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Discovery;
using L4Balancer.Net;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Backends by names of a real name server whose answers change.</summary>
public sealed class ResolveTests
{
    private static readonly IPAddress[] Hosts =
        [.. Enumerable.Range(2, 3).Select(static i => new IPAddress([127, 0, 0, (byte)i]))];

    private TestServer[] _servers = [];

    private int Port => _servers[0].EndPoint.Port;

    [SetUp]
    public void StartServers()
    {
        // One port on several addresses; each server says with which byte its address ends, then echoes.
        TestServer first = Speaking(Hosts[0], 0);
        _servers = [first, .. Hosts.Skip(1).Select(host => Speaking(host, first.EndPoint.Port))];
    }

    [TearDown]
    public void EndServers()
    {
        foreach (TestServer server in _servers) server.Dispose();
    }

    [Test]
    public async Task Resolve_AddressesComeAndGo_FlowsStayAndNewOnesGoToThoseThatThereAre()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test");
        await using RunningBalancer balancer = await StartAsync(zone);
        Backend second = Backends(balancer).Single();
        Assert.That(second.Name, Is.EqualTo($"web.test:{Port}"));
        using Socket flow = await balancer.ConnectAsync();
        Assert.That(await flow.ReceiveTextAsync(1), Is.EqualTo("2"));

        zone.Say("127.0.0.2 web.test", "127.0.0.3 web.test");
        await NamesAsync(balancer, $"web.test:{Port}/127.0.0.2", $"web.test:{Port}/127.0.0.3");
        Assert.That(Backends(balancer)[0], Is.SameAs(second), "its counts and its flows are its own still");
        await AnsweredByAsync(balancer, "2");
        await AnsweredByAsync(balancer, "3");

        zone.Say("127.0.0.3 web.test");
        await NamesAsync(balancer, $"web.test:{Port}");
        for (int i = 0; i < 20; i++) Assert.That(await WhoAsync(balancer), Is.EqualTo("3"));
        await Eventually.TrueAsync(() => second is { IsRemoved: true, ActiveSessions: 1 }, "it has the one flow still");
        await flow.SendTextAsync("still");
        Assert.That(await flow.ReceiveTextAsync(5), Is.EqualTo("still"));

        flow.Close();
        await Eventually.TrueAsync(
            () => balancer.Balancer.Pools[0].Pool.Removed.Count == 0, "what has no flow left is forgotten");
    }

    [Test]
    public async Task Resolve_ServerDiesAndComesBackWithOthers_KeptMeanwhileAndFollowedThen()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test");
        await using RunningBalancer balancer = await StartAsync(zone);

        await zone.KillAsync();
        await Eventually.TrueAsync(() => balancer.Balancer.Sources.Single().Error is not null, "a failed look-up");
        Assert.That(await WhoAsync(balancer), Is.EqualTo("2"));

        zone.Write("127.0.0.4 web.test");
        await zone.StartAgainAsync();
        await AnsweredByAsync(balancer, "4");
        await Eventually.TrueAsync(() => balancer.Balancer.Sources.Single().Error is null, "no error any more");
    }

    [Test]
    public async Task Resolve_NoAnswerForTheWholeHold_BackendIsUnresolved()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test");
        await using RunningBalancer balancer = await StartAsync(zone, static names => names with
        {
            Hold = TimeSpan.FromMilliseconds(300),
        });

        await zone.KillAsync();
        await StateAsync(balancer, "unresolved");
        await zone.StartAgainAsync();
        await StateAsync(balancer, "up");
        Assert.That(await WhoAsync(balancer), Is.EqualTo("2"));
    }

    [Test]
    public async Task Resolve_NameIsTakenAwayAndComesBack_UnresolvedOnlyAfterSeveralAnswers()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test");
        await using RunningBalancer balancer = await StartAsync(zone);

        zone.Say();
        await StateAsync(balancer, "unresolved");
        Assert.That(balancer.Balancer.Discovery.Names.Empty, Is.GreaterThanOrEqualTo(HeldServers.EmptyAnswers));
        zone.Say("127.0.0.3 web.test");
        await StateAsync(balancer, "up");
        Assert.That(await WhoAsync(balancer), Is.EqualTo("3"));
    }

    [Test]
    public async Task Resolve_BackendIsDrainedByTheOperator_StaysSoWhileOthersComeAndGo()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test", "127.0.0.3 web.test");
        await using RunningBalancer balancer = await StartAsync(zone);
        string drained = $"web.test:{Port}/127.0.0.2";
        Assert.That(balancer.Balancer.SetAdminState("test", drained, AdminState.Drain, null));

        zone.Say("127.0.0.2 web.test", "127.0.0.4 web.test");
        await NamesAsync(balancer, drained, $"web.test:{Port}/127.0.0.4");

        Assert.That(Backends(balancer)[0].StateText, Is.EqualTo("drain"));
        for (int i = 0; i < 20; i++) Assert.That(await WhoAsync(balancer), Is.EqualTo("4"));
    }

    [Test]
    public async Task Udp_AddressesComeAndGo_FlowStaysUntilItsOwnIsGone()
    {
        using UdpServer first = UdpServer.Echo(Hosts[0]);
        using UdpServer other = new(
            static (socket, _, sender) => socket.SendTo("other"u8, sender), Hosts[1], first.EndPoint.Port);
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test");
        string name = $"web.test:{first.EndPoint.Port}";
        await using RunningBalancer balancer = await StartAsync(
            RunningBalancer.UdpService([]), zone,
            new() { Name = name, Host = "web.test", Port = (ushort)first.EndPoint.Port });
        using Socket client = balancer.ConnectUdp();
        Assert.That(client.RoundTrip("a"), Is.EqualTo("a"));
        int sender = first.Received.Single().Sender.Port;

        zone.Say("127.0.0.2 web.test", "127.0.0.3 web.test");
        await NamesAsync(balancer, $"{name}/127.0.0.2", $"{name}/127.0.0.3");
        for (int i = 0; i < 5; i++) Assert.That(client.RoundTrip("a"), Is.EqualTo("a"));
        Assert.That(first.Received.Select(static one => one.Sender.Port).Distinct(), Is.EqualTo([sender]));

        zone.Say("127.0.0.3 web.test");
        await NamesAsync(balancer, name);
        await Eventually.TrueAsync(() => client.RoundTrip("a") == "other", "the other server's answer");
    }

    [Test]
    public async Task Reload_WhatElseChanges_DiscoveredBackendsAreTheSameAndNobodyIsAskedAnew()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test", "127.0.0.3 web.test");
        await using RunningBalancer balancer = await StartAsync(
            zone, static names => names with { Interval = TimeSpan.FromHours(1) });
        Backend[] before = Backends(balancer);

        ApplyResult result = await balancer.ApplyAsync(static config => config.WithPool(
            static pool => pool with { DrainTimeout = TimeSpan.FromSeconds(9) }));

        Assert.That(result.Changes, Has.Count.EqualTo(1));
        Assert.That(Backends(balancer), Is.EqualTo(before));
        Assert.That(balancer.Balancer.Discovery.Names.Found, Is.EqualTo(1));
    }

    [Test]
    public async Task Reload_LookedUpOtherwiseWhileNobodyAnswers_WhatWasKnownIsHeld()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.2 web.test");
        await using RunningBalancer balancer = await StartAsync(zone);
        Backend before = Backends(balancer).Single();
        await zone.KillAsync();

        // As an operator would, who sees the outage.
        await balancer.ApplyAsync(static config => config.WithPool(static pool => pool with
        {
            Names = pool.Names with { Hold = TimeSpan.FromDays(1) },
        }));
        Assert.That(Backends(balancer), Is.EqualTo([before]));
        Assert.That(await WhoAsync(balancer), Is.EqualTo("2"));

        zone.Write("127.0.0.4 web.test");
        await zone.StartAgainAsync();
        await AnsweredByAsync(balancer, "4");
    }

    [Test]
    public async Task Resolve_Alias_IsFollowed()
    {
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.3 real.test");
        await zone.StartAgainAsync("--cname=web.test,real.test");
        await using RunningBalancer balancer = await StartAsync(zone);

        Assert.That(await WhoAsync(balancer), Is.EqualTo("3"));
    }

    [Test]
    public async Task LookUp_MoreAddressesThanADatagramHolds_AllCome()
    {
        string[] addresses = [.. Enumerable.Range(1, 200).Select(static i => $"10.0.0.{i}")];
        await using ZoneServer zone =
            await ZoneServer.StartAsync([.. addresses.Select(static one => $"{one} web.test")]);
        DnsRecords records = new(new DnsClient(TimeProvider.System), () => [zone.EndPoint]);

        LookUpAnswer answer = await new HostLookUp("web.test", records).LookAsync(CancellationToken.None).Within();

        Assert.That(answer.Servers.Select(static one => one.Address.ToString()), Is.EquivalentTo(addresses));
    }

    [Test]
    public async Task Srv_RecordsChange_PortsPrioritiesAndWeightsFollow()
    {
        string[] hosts = ["127.0.0.2 a.test", "127.0.0.3 b.test"];
        await using ZoneServer zone = await ZoneServer.StartAsync(hosts);
        await zone.StartAgainAsync(
            $"--srv-host=_web._tcp.test,a.test,{Port},10,1", $"--srv-host=_web._tcp.test,b.test,{Port},20,600");
        await using RunningBalancer balancer = await StartAsync(zone, isSrv: true);
        string[] names = [$"_web._tcp.test/127.0.0.2:{Port}", $"_web._tcp.test/127.0.0.3:{Port}"];
        Assert.That(Backends(balancer).Select(static one => one.Name), Is.EqualTo(names));
        Assert.That(Configured(balancer), Is.EqualTo(((int, int)[])[(0, 1), (1, 256)]));
        Backend[] before = Backends(balancer);

        await zone.StartAgainAsync(
            $"--srv-host=_web._tcp.test,a.test,{Port},30,7", $"--srv-host=_web._tcp.test,b.test,{Port},20,0");
        await Eventually.TrueAsync(
            () => Configured(balancer).SequenceEqual([(1, 7), (0, 1)]), "other priorities and weights");
        Assert.That(Backends(balancer), Is.EqualTo(before));
        Assert.That(before.Select(static one => one.Weight), Is.EqualTo([7, 1]));

        await zone.StartAgainAsync($"--srv-host=_web._tcp.test,b.test,{Port},20,0");
        await NamesAsync(balancer, names[1]);
        Assert.That(await WhoAsync(balancer), Is.EqualTo("3"));
    }

    private static TestServer Speaking(IPAddress address, int port) => new TestServer(address, port).Serve(
        async socket =>
        {
            await socket.SendTextAsync($"{address.GetAddressBytes()[3]}");
            byte[] buffer = new byte[100];
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
            {
                await socket.SendAllAsync(buffer.AsMemory(0, count));
            }
        });

    private static Backend[] Backends(RunningBalancer balancer) => [.. balancer.Balancer.Pools[0].Pool.Backends];

    private static IEnumerable<(int Priority, int Weight)> Configured(RunningBalancer balancer) =>
        balancer.Balancer.Pools[0].Pool.Config.Backends.Select(static one => (one.Priority, one.Weight));

    /// <summary>Waits until these are the backends, and picked from: of who has gone that is said afterwards.</summary>
    private static Task NamesAsync(RunningBalancer balancer, params string[] names) => Eventually.TrueAsync(
        () => balancer.Balancer.Pools[0].Pool is var pool
            && pool.Config.Backends.Select(static one => one.Name).SequenceEqual(names)
            && pool.Backends.Select(static one => one.Name).SequenceEqual(names)
            && pool.Removed.All(static one => one.IsRemoved),
        string.Join(", ", names));

    private static Task StateAsync(RunningBalancer balancer, string state) => Eventually.TrueAsync(
        () => balancer.Balancer.Pools[0].Pool is { Backends: [var only] } pool && only.StateText == state
            && pool.Available == (state == "up" ? 1 : 0), // As published.
        state);

    private static async Task<string> WhoAsync(RunningBalancer balancer)
    {
        using Socket client = await balancer.ConnectAsync();
        return await client.ReceiveTextAsync(1);
    }

    private static Task AnsweredByAsync(RunningBalancer balancer, string name) =>
        Eventually.TrueAsync(() => WhoAsync(balancer).Result == name, $"an answer by {name}");

    private Task<RunningBalancer> StartAsync(
        ZoneServer zone, Func<ResolveConfig, ResolveConfig>? change = null, bool isSrv = false)
    {
        BackendConfig backend = isSrv
            ? new() { Name = "_web._tcp.test", Host = "_web._tcp.test", Port = 0 }
            : new() { Name = $"web.test:{Port}", Host = "web.test", Port = (ushort)Port };
        return StartAsync(RunningBalancer.Service([]), zone, backend, change);
    }

    private static Task<RunningBalancer> StartAsync(
        ServiceConfig service, ZoneServer zone, BackendConfig backend,
        Func<ResolveConfig, ResolveConfig>? change = null)
    {
        ResolveConfig names = new()
        {
            Interval = TimeSpan.FromMilliseconds(100), Servers = [IpEndpoint.From(zone.EndPoint)],
        };
        PoolConfig pool = service.Pool with { Backends = [backend], Names = change?.Invoke(names) ?? names };
        return RunningBalancer.StartAsync(service with { Pool = pool }, new GlobalConfig { Shards = 1 });
    }
}
