using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>A balancer with each of the policies.</summary>
internal sealed class PolicyTests
{
    private const int Flows = 60;

    [Test]
    public async Task Connect_AnyPolicy_FlowsAreServedByAllBackends([Values] BalancePolicy policy)
    {
        using TestServer one = TestServer.Echo();
        using TestServer two = TestServer.Echo();
        using TestServer three = TestServer.Echo();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([one.EndPoint, two.EndPoint, three.EndPoint], With(policy));
        List<Socket> flows = [];
        for (int i = 0; i < Flows; i++)
        {
            Socket flow = await balancer.ConnectAsync();
            flows.Add(flow);
            await flow.SendTextAsync("x");
            Assert.That(await flow.ReceiveTextAsync(1), Is.EqualTo("x"));
        }

        IReadOnlyList<BackendStatus> backends = balancer.Balancer.Backends;
        int least = policy switch
        {
            BalancePolicy.RoundRobin or BalancePolicy.LeastConnections => Flows / 3,
            BalancePolicy.PowerOfTwo => (Flows / 3) - 5,
            _ => 1,
        };
        Assert.That(backends.Sum(static backend => backend.ActiveConnections), Is.EqualTo(Flows));
        Assert.That(backends.Select(static backend => backend.ActiveConnections), Is.All.AtLeast(least));
        Assert.That(
            backends.Select(static backend => backend.Share.HasValue),
            Is.All.EqualTo(policy < BalancePolicy.PowerOfTwo));
        flows.ForEach(static flow => flow.Dispose());
    }

    [Test]
    public async Task Connect_AnyPolicyAndABackendThatRefuses_FlowsGoToTheOthers([Values] BalancePolicy policy)
    {
        using TestServer one = TestServer.Echo();
        using TestServer two = TestServer.Echo();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([one.EndPoint, TestServer.Closed(), two.EndPoint], With(policy));
        for (int i = 0; i < 20; i++) Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Reload_AnyPolicyInsteadOfAnother_NewFlowsFollowItAndOldOnesStay()
    {
        using TestServer one = TestServer.Echo();
        using TestServer two = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([one.EndPoint, two.EndPoint]);
        using Socket old = await balancer.ConnectAsync();
        await old.SendTextAsync("x");
        Assert.That(await old.ReceiveTextAsync(1), Is.EqualTo("x"));

        foreach (BalancePolicy policy in Enum.GetValues<BalancePolicy>())
        {
            await balancer.ApplyAsync(config => config.WithService(With(policy)));
            Assert.That(await balancer.RoundTripAsync("y"), Is.EqualTo("y"), policy.ToString());
        }

        await old.SendTextAsync("z");
        Assert.That(await old.ReceiveTextAsync(1), Is.EqualTo("z"));
    }

    [Test]
    public async Task Relay_LeastTraffic_EveryByteOfEndedFlowsIsCounted()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([server.EndPoint], With(BalancePolicy.LeastTraffic));
        const int Bytes = 100_001; // Each comes back.
        for (int i = 0; i < 3; i++)
        {
            using Socket flow = await balancer.ConnectAsync();
            Task sent = flow.SendAllAsync(new byte[Bytes]);
            await flow.ReceiveExactlyAsync(Bytes);
            await sent.Within();
        }

        await balancer.RecordsAsync(3);
        Backend backend = OnlyBackend(balancer);
        float counted = backend.Traffic!.Value(TimeProvider.System.GetTimestamp());
        Assert.That(counted, Is.InRange(6 * Bytes * 0.05, 6 * Bytes)); // Some of it forgotten, if this machine is slow.
        Assert.That(backend.Latency, Is.Null);
    }

    [Test]
    public async Task Relay_LeastLatency_TheFirstByteIsTimedFromTheClientsLast()
    {
        using TestServer server = new();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([server.EndPoint], With(BalancePolicy.LeastLatency));
        using Socket client = await balancer.ConnectAsync();
        using Socket accepted = await server.AcceptAsync();
        Backend backend = OnlyBackend(balancer);
        await Eventually.TrueAsync(() => Seconds(backend) > 0, "the connect's latency");
        double connected = Seconds(backend);

        long asked = TimeProvider.System.GetTimestamp();
        await client.SendTextAsync("question");
        await accepted.ReceiveTextAsync(8);
        TimeSpan thinking = TimeSpan.FromMilliseconds(200);
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(asked) >= thinking, "an answer's time");
        await accepted.SendTextAsync("answer");
        await client.ReceiveTextAsync(6);

        double all = TimeProvider.System.GetElapsedTime(asked).TotalSeconds;
        await Eventually.TrueAsync(() => Seconds(backend) > 0.1, "the first byte's latency");
        Assert.That(Seconds(backend), Is.AtMost(Math.Max(all, connected)));
    }

    /// <summary>Who resets at once has no open flow and answers nobody: neither makes it look fast.</summary>
    [Test]
    public async Task Connect_LeastLatencyAndAServerThatResetsAll_HardlyAnyFlowGoesThere()
    {
        using TestServer good = TestServer.Echo();
        using TestServer bad = new TestServer().Serve(static socket =>
        {
            socket.LingerState = new LingerOption(true, 0);
            return Task.CompletedTask;
        });
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([good.EndPoint, bad.EndPoint], With(BalancePolicy.LeastLatency));
        Backend known = balancer.Balancer.Pools[0].Pool.Backends.Single(one => one.Name == $"{good.EndPoint}");
        int reset = 0;
        for (int i = 0; i < Flows; i++)
        {
            if (!await IsAnsweredAsync(balancer) && Seconds(known) < 0.5) reset++; // Or the machine stood still.
        }

        Assert.That(reset, Is.AtMost(Flows / 4));
    }

    [Test]
    public async Task Relay_LeastLatencyAndAServerThatSaysNothing_TheTimeThatClientsWaitedCounts()
    {
        using TestServer server = new();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([server.EndPoint], With(BalancePolicy.LeastLatency));
        using Socket client = await balancer.ConnectAsync();
        using Socket accepted = await server.AcceptAsync();
        Backend backend = OnlyBackend(balancer);
        await client.SendTextAsync("question");
        await accepted.ReceiveTextAsync(8);
        long asked = TimeProvider.System.GetTimestamp();
        TimeSpan patience = TimeSpan.FromMilliseconds(200);
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(asked) >= patience, "a client's patience");

        client.Reset();

        await Eventually.TrueAsync(() => Seconds(backend) > 0.1, "the time that it waited");
        Assert.That(Seconds(backend), Is.AtMost(1));
    }

    [Test]
    public async Task Send_UdpByLeastLatencyToAClosedPort_CountsAsAFailure()
    {
        UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], With(BalancePolicy.LeastLatency));
        server.Dispose();
        using Socket client = balancer.ConnectUdp();
        client.Send("question");

        await Eventually.TrueAsync(() => Seconds(OnlyBackend(balancer)) > 0.5, "the refusal");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Send_UdpByLeastLatencyToAServerThatSaysNothing_ItsSilenceCountsWhereAnAnswerIsDue(bool oneWay)
    {
        using UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server], service => With(BalancePolicy.LeastLatency)(service) with
            {
                Udp = new UdpConfig { OneWay = oneWay },
                Timeouts = service.Timeouts with { Idle = TimeSpan.FromMilliseconds(50) },
            });
        using Socket client = balancer.ConnectUdp();
        client.Send("question");

        await balancer.RecordAsync();
        await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 0, "what is done after its record");
        Assert.That(Seconds(OnlyBackend(balancer)), oneWay ? Is.Zero : Is.Positive);
    }

    [Test]
    public async Task Ring_AnyPolicy_IsAPictureWhereFlowsArePlacedByTheirHash([Values] BalancePolicy policy)
    {
        using TestServer one = TestServer.Echo();
        using TestServer two = TestServer.Echo();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([one.EndPoint, two.EndPoint], With(policy));
        RingPicture picture = balancer.Balancer.Ring("test", previous: false, 720)!;

        bool hashes = policy is BalancePolicy.Ring or BalancePolicy.Maglev;
        Assert.That(picture.Backends, Has.Count.EqualTo(hashes ? 2 : 0));
        Assert.That(picture.Owners, Has.Count.EqualTo(hashes ? 720 : 0));
        Assert.That(picture.Shares.Sum(), Is.EqualTo(hashes ? 1 : 0).Within(1e-9));
        if (hashes) Assert.That(picture.Owners.Distinct(), Is.EquivalentTo(new[] { 0, 1 }));
    }

    [Test]
    public async Task Exchange_UdpByLeastLatencyAndTraffic_BothAreMeasured()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer latency =
            await UdpClients.StartAsync([server], With(BalancePolicy.LeastLatency));
        await using RunningBalancer traffic =
            await UdpClients.StartAsync([server], service => With(BalancePolicy.LeastTraffic)(service) with
            {
                Udp = new UdpConfig { Responses = 1 },
            });
        foreach (RunningBalancer balancer in (RunningBalancer[])[latency, traffic])
        {
            using Socket client = balancer.ConnectUdp();
            client.Send("question");
            Assert.That(client.Receive(new byte[100]), Is.EqualTo(8));
        }

        Assert.That(Seconds(OnlyBackend(latency)), Is.GreaterThan(0));
        await Eventually.TrueAsync(
            () => OnlyBackend(traffic).Traffic!.Value(TimeProvider.System.GetTimestamp()) > 10,
            "16 bytes, less what is forgotten");
    }

    private static async Task<bool> IsAnsweredAsync(RunningBalancer balancer)
    {
        try
        {
            using Socket flow = await balancer.ConnectAsync();
            await flow.SendTextAsync("x");
            return await flow.ReceiveAsync(new byte[1]).Within() == 1;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }

    private static float Seconds(Backend backend) => backend.Latency!.Seconds(TimeProvider.System.GetTimestamp());

    private static Backend OnlyBackend(RunningBalancer balancer) => balancer.Balancer.Pools[0].Pool.Backends.Single();

    private static Func<ServiceConfig, ServiceConfig> With(BalancePolicy policy) =>
        service => service with { Pool = service.Pool with { Balance = policy } };
}
