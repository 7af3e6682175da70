using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What agents on real sockets do to the flows of their servers.</summary>
public sealed class AgentTests
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    [Test]
    public async Task Agent_SaysOneThingAfterTheOther_TheStateIsWhatFollowsFromAll()
    {
        using TestServer server = TestServer.Echo();
        using AgentServer agent = new("ready up\n");
        await using RunningBalancer balancer = await StartAsync(server, agent);
        foreach ((string line, string state, bool available) in new[]
        {
            ("drain\n", "agent_drain", false), ("75%\n", "agent_drain", false), ("ready\r\n", "up", true),
            ("maint", "agent_maint", false), ("down#too hot\n", "agent_maint", false), ("ready\n", "agent_down", false),
            ("ready 100%\n", "agent_down", false), ("nonsense\n", "agent_down", false), ("up\n", "up", true),
            ("0%\n", "up", false), ("100%\n", "up", true), ("weight:0\n", "up", false), ("weight:9\n", "up", true),
        })
        {
            await agent.SaysAsync(line);
            BackendStatus backend = balancer.Balancer.Backends[0];
            Assert.That((backend.State, backend.IsAvailable), Is.EqualTo((state, available)), line);
            Assert.That(backend.Agent!.Text, Is.EqualTo(line.Trim()));
        }
    }

    [Test]
    public async Task Agent_AndOperator_BothMustWantFlows()
    {
        using TestServer server = TestServer.Echo();
        using AgentServer agent = new("ready\n");
        await using RunningBalancer balancer = await StartAsync(server, agent);
        Operator(balancer, AdminState.Drain);
        await agent.SaysAsync("ready up\n");
        Assert.That(State(balancer), Is.EqualTo("drain"), "the agent does not undo what the operator did");

        await agent.SaysAsync("maint\n");
        Operator(balancer, AdminState.Ready);
        Assert.That(State(balancer), Is.EqualTo("agent_maint"), "nor the operator what the agent did");
        await agent.SaysAsync("ready\n");
        Assert.That(State(balancer), Is.EqualTo("up"));
    }

    [Test]
    public async Task Agent_Weights_AreBesideTheConfiguredAndBelowTheOperators()
    {
        using TestServer server = TestServer.Echo();
        using AgentServer agent = new("50%\n");
        await using RunningBalancer balancer = await StartAsync(server, agent);
        Assert.That(Weights(balancer), Is.EqualTo((1, 1, 50, (int?)null)));

        await agent.SaysAsync("weight:30\n");
        Assert.That(Weights(balancer), Is.EqualTo((30, 1, 100, (int?)30)));
        balancer.Balancer.SetWeight("test", Name(balancer), 7);
        await agent.SaysAsync("weight:40\n");
        Assert.That(Weights(balancer), Is.EqualTo((7, 1, 100, (int?)40)));
    }

    [Test]
    public async Task Agent_WantsAPartOfTheWeight_ItsShareIsThatMuchSmaller()
    {
        using TestServer one = TestServer.Echo();
        using TestServer other = new(IPAddress.Parse("127.0.0.2"));
        using AgentServer agent = new("50%\n"); // There is none at the other's address.
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [one.EndPoint, other.EndPoint], service => With(service, agent.Port));

        Assert.That(balancer.Balancer.Backends[0].Share, Is.EqualTo(1 / 3d).Within(0.1));
        await agent.SaysAsync("100%\n");
        Assert.That(balancer.Balancer.Backends[0].Share, Is.EqualTo(1 / 2d).Within(0.1));
        await agent.SaysAsync("0%\n");
        Assert.That(balancer.Balancer.Backends[0].Share, Is.Zero);
    }

    [Test]
    public async Task Agent_SaysItsServerIsDown_DatagramsMoveAtOnce()
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        Assert.That(client.RoundTrip("x"), Is.EqualTo("one"));
        foreach (AgentReport said in new[]
        {
            AgentReport.None with { Admin = AdminState.Drain }, AgentReport.None with { Percent = 0 },
        })
        {
            balancer.Change(one.EndPoint, backend => backend.SetAgent(said));
            Assert.That(client.RoundTrip("x"), Is.EqualTo("one"), "what it has it keeps");
        }

        balancer.Change(one.EndPoint, static backend => backend.SetAgent(AgentReport.None with { IsDown = true }));
        Assert.That(client.RoundTrip("x"), Is.EqualTo("other"));
    }

    /// <summary>Whatever an agent sends, it is a line or a failure, and nothing else happens.</summary>
    [Test]
    public async Task Agent_SendsAnything_IsALineOrAFailure()
    {
        Random random = new(1);
        byte[] sent = [];
        using TestServer agent = new TestServer().Serve(socket => socket.SendAllAsync(sent));
        for (int i = 0; i < 300; i++)
        {
            sent = new byte[random.Next(i % 3 == 0 ? 3000 : 60)];
            random.NextBytes(sent);
            if (i % 3 == 1) sent = [.. Encoding.ASCII.GetBytes("drain 50%"), .. sent, (byte)'\n', .. sent];
            int end = sent.AsSpan().IndexOfAny((byte)'\n', (byte)'\r');
            ProbeResult result = await AgentProbe.RunAsync(
                ProbeTargets.Of(agent.EndPoint, new HealthConfig(), TimeSpan.FromSeconds(10)) with { AsksAgent = true },
                TimeProvider.System, CancellationToken.None);

            int length = end < 0 ? sent.Length : end;
            bool isLine = length < AgentProbe.MostBytes;
            Assert.That(result.IsGood, Is.EqualTo(isLine), $"{i}: {result.Text}");
            if (isLine) Assert.That(result.Text, Is.EqualTo(Encoding.Latin1.GetString(sent, 0, length)));
        }
    }

    [Test]
    public async Task Agent_Maxconn_TheLesserLimitHolds()
    {
        using TestServer server = TestServer.Echo();
        using AgentServer agent = new("maxconn:2\n");
        await using RunningBalancer balancer = await StartAsync(server, agent);
        Backend backend = balancer.Balancer.Pools[0].Pool.Backends[0];
        Assert.That(backend.MaxSessions, Is.EqualTo(2));

        await balancer.ApplyAsync(static config => config.WithPool(static pool => pool with
        {
            Backends = [pool.Backends[0] with { MaxConnections = 5 }],
        }));
        Assert.That(backend.MaxSessions, Is.EqualTo(2));
        await agent.SaysAsync("maxconn:9\n");
        Assert.That(backend.MaxSessions, Is.EqualTo(5));
        await agent.SaysAsync("maxconn:0\n");
        Assert.That((backend.MaxSessions, backend.Agent.MaxSessions), Is.EqualTo((5, 0)));
    }

    [Test]
    public async Task Agent_CannotBeAsked_WhatItSaidLastStands()
    {
        using TestServer server = TestServer.Echo();
        AgentServer agent = new("drain\n");
        await using RunningBalancer balancer = await StartAsync(server, agent);
        Assert.That(State(balancer), Is.EqualTo("agent_drain"), "a start waits for it");

        await agent.SaysAsync(""); // Nothing, and the end.
        await agent.SaysAsync(new string('u', 2000) + "\nready\n");
        Assert.That(State(balancer), Is.EqualTo("agent_drain"));
        agent.Dispose();
        long before = balancer.Balancer.Probes.Made;
        await Eventually.TrueAsync(() => balancer.Balancer.Probes.Made > before + 1, "questions that fail");
        Assert.That(State(balancer), Is.EqualTo("agent_drain"));
        Assert.That(balancer.Balancer.Backends[0].Agent!.Failure, Does.StartWith("connect refused"));

        using AgentServer back = new("ready\n", agent.EndPoint);
        await Eventually.TrueAsync(() => State(balancer) == "up", "the agent's next word");
        Assert.That(balancer.Balancer.Backends[0].Agent!.Failure, Is.Empty);
    }

    [Test]
    public async Task Agent_NobodyThere_BackendIsUp()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], static service => With(service, (ushort)TestServer.Closed().Port));

        Assert.That(State(balancer), Is.EqualTo("up"));
        AgentStatus agent = balancer.Balancer.Backends[0].Agent!;
        Assert.That((agent.At, agent.Text, agent.State), Is.EqualTo((default(DateTimeOffset?), "", AdminState.Ready)));
        Assert.That(agent.Failure, Does.StartWith("connect refused"));
        Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));
    }

    [Test]
    public async Task Agent_QuestionAndSource_AreAsConfigured()
    {
        using TestServer server = TestServer.Echo();
        using AgentServer agent = new("ready\n") { AwaitsQuestion = true };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint],
            service => With(service, agent.Port, static health => health with
            {
                AgentSend = "how are you?\n"u8.ToArray(), Source = L4Balancer.Net.IpAddress.FromV4(0x7F000002),
                ProxyProtocol = ProxyProtocol.V1,
            }));

        Assert.That(agent.LastAsked.Question, Is.EqualTo("how are you?\n"), "and no header before it");
        Assert.That(agent.LastAsked.From!.Address.ToString(), Is.EqualTo("127.0.0.2"));
    }

    [Test]
    public async Task Apply_AgentIsGivenUp_WhatItSaidIsForgotten()
    {
        using TestServer server = TestServer.Echo();
        using AgentServer agent = new("maint maxconn:1 weight:3\n");
        await using RunningBalancer balancer = await StartAsync(server, agent);
        await UseAgentAsync(balancer, 0);
        await Eventually.TrueAsync(() => State(balancer) == "up", "a backend that its agent has no say in");
        Backend backend = balancer.Balancer.Pools[0].Pool.Backends[0];
        Assert.That((backend.Agent, backend.MaxSessions, backend.Weight), Is.EqualTo((AgentReport.None, 0, 1)));

        await UseAgentAsync(balancer, agent.Port);
        await Eventually.TrueAsync(() => State(balancer) == "agent_maint", "the agent's word");
    }

    private static Task<ApplyResult> UseAgentAsync(RunningBalancer balancer, ushort port) =>
        balancer.ApplyAsync(config => config.WithService(service => With(service, port)));

    private static Task<RunningBalancer> StartAsync(TestServer server, AgentServer agent) =>
        RunningBalancer.StartAsync([server.EndPoint], service => With(service, agent.Port));

    private static ServiceConfig With(
        ServiceConfig service, ushort port, Func<HealthConfig, HealthConfig>? change = null)
    {
        HealthConfig health = new() { AgentPort = port, AgentInterval = Often };
        return service with { Pool = service.Pool with { Health = change?.Invoke(health) ?? health } };
    }

    private static void Operator(RunningBalancer balancer, AdminState state) =>
        balancer.Balancer.SetAdminState("test", Name(balancer), state, null);

    private static string Name(RunningBalancer balancer) => balancer.Balancer.Backends[0].Name;

    private static string State(RunningBalancer balancer) => balancer.Balancer.Backends[0].State;

    private static (int, int, int, int?) Weights(RunningBalancer balancer) => balancer.Balancer.Backends[0] switch
    {
        var one => (one.Weight, one.ConfiguredWeight, one.Agent!.Percent, one.Agent.Weight),
    };
}
