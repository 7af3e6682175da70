using System.Net;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>DNS by real servers and real clients.</summary>
public sealed class UdpDnsTests
{
    private const int Load = 20_000;
    private const int Digs = 200;

    private static readonly string[] Names = ["first", "second", "third"];

    private readonly List<DnsServer> _servers = [];
    private string _dig = "";

    [SetUp]
    public async Task StartAsync()
    {
        _dig = RealProgram.Find("dig");
        foreach (string name in Names) _servers.Add(await DnsServer.StartAsync(name));
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (DnsServer server in _servers) await server.DisposeAsync();
        _servers.Clear();
    }

    [Test]
    public async Task Dns_ThreeServers_EachAnswersAndItsSessionIsOver()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File());
        HashSet<string> heard = [];
        int asked = 0;
        for (; heard.Count < Names.Length && asked < Digs; asked++) heard.Add(await DigAsync(daemon));

        Assert.That(heard, Is.EquivalentTo(Names));
        IReadOnlyList<FlowLine> flows = await daemon.FlowsAsync(asked);
        Assert.Multiple(async () =>
        {
            Assert.That(flows.Select(static flow => flow.Reason), Is.All.EqualTo("normal"));
            Assert.That(await daemon.MetricAsync("l4balancer_udp_sessions_active"), Is.Zero);
        });
    }

    [Test]
    public async Task Dns_AsFastAsItIsAnswered_LosesNothing()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File() with { Flows = "errors" });

        DnsLoadResult result = await DnsLoad.RunAsync(daemon.Address, Load);

        Assert.That(result, Is.EqualTo(new DnsLoadResult(Load, Load, Lost: 0, Interrupted: 0, Good: Load)));
        Assert.Multiple(async () =>
        {
            foreach (string direction in (string[])["from_client", "to_server", "from_server", "to_client"])
            {
                string series = $"l4balancer_udp_datagrams_total{{direction=\"{direction}\"";
                await Eventually.TrueAsync( // Counted just after it was sent.
                    () => daemon.MetricAsync(series).Result == Load, direction);
            }

            Assert.That(await daemon.MetricAsync("l4balancer_udp_datagrams_dropped_total"), Is.Zero);
        });
    }

    [Test]
    public async Task Dns_BackendKilledAndBack_LosesWhatWasInFlightAndThenNothing()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File(
            """
            [service.test.ejection]
            base = "200ms"
            """));
        await using DnsLoad load = DnsLoad.Start(daemon.Address, rate: 2000);
        DnsServer killed = _servers[1];
        await SessionsBeyondAsync(daemon, killed, 0);

        await killed.KillAsync();
        await daemon.LoggedAsync($"{killed.EndPoint} is ejected");
        await SessionsBeyondAsync(daemon, _servers[0], await SessionsAsync(daemon, _servers[0]) + 1000);
        await killed.StartAgainAsync();
        double before = await SessionsAsync(daemon, killed);
        await SessionsBeyondAsync(daemon, killed, before + 100);
        DnsLoadResult result = await load.EndAsync();

        // A query is lost after five seconds, so what was lost by then was outstanding at one time.
        Assert.That(result.Lost + result.Interrupted, Is.LessThanOrEqualTo(DnsLoad.Outstanding));
        Assert.That(result.Good, Is.EqualTo(result.Completed));
        await LosesNothingAsync(daemon, killed);
    }

    /// <summary>A server that hangs is told by nothing but the probe: its host sends no ICMP.</summary>
    [Test]
    public async Task Dns_BackendHangsAndGoesOn_ProbeTakesItOutAndBringsItBack()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File(
            $"""
            [service.test.health]
            type = "udp"
            send = "{DnsServer.ProbeQuery}"
            expect = "hex:{DnsServer.ProbedName}"
            interval = "100ms"
            timeout = "500ms"
            fall = 2
            """));
        await using DnsLoad load = DnsLoad.Start(daemon.Address, rate: 50);
        DnsServer hung = _servers[1];
        await SessionsBeyondAsync(daemon, hung, 0);

        hung.Child.Signal(ChildProcess.SigStop);
        await daemon.LoggedAsync($"{hung.EndPoint} is down");
        string holds = $"l4balancer_backend_connections_active{{backend=\"{hung.EndPoint}\"";
        await Eventually.TrueAsync(() => daemon.MetricAsync(holds).Result == 0, "every flow has left it");
        double atRest = await SessionsAsync(daemon, hung);
        await SessionsBeyondAsync(daemon, _servers[2], await SessionsAsync(daemon, _servers[2]) + 20);
        Assert.That(await SessionsAsync(daemon, hung), Is.EqualTo(atRest), "flows while it is down");

        hung.Child.Signal(ChildProcess.SigCont);
        await daemon.LoggedAsync($"{hung.EndPoint} is up: answered");
        await SessionsBeyondAsync(daemon, hung, atRest);
        DnsLoadResult result = await load.EndAsync();

        Assert.That(result.Lost + result.Interrupted, Is.LessThanOrEqualTo(DnsLoad.Outstanding));
        await LosesNothingAsync(daemon, hung);
    }

    [Test]
    public async Task Dns_UdpAndTcpOnOnePort_BothAnswer()
    {
        DaemonFile file = File();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file with { Service = Tcp(file) });

        Assert.Multiple(async () =>
        {
            Assert.That(Names, Does.Contain(await DigAsync(daemon)));
            Assert.That(Names, Does.Contain(await DigAsync(daemon, "+tcp")));
        });
        Assert.That(await daemon.MetricAsync("l4balancer_udp_sessions_total{service=\"test\"}"), Is.EqualTo(1));
        Assert.That(await daemon.MetricAsync("l4balancer_connections_accepted_total{service=\"tcp\"}"), Is.EqualTo(1));
    }

    [Test]
    public async Task Dns_AnswerDoesNotFitADatagram_ComesByTcp()
    {
        DaemonFile file = File();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file with { Service = Tcp(file) });

        string said = await ChildProcess.RunAsync(_dig, Arguments(daemon, "TXT", "big.test"));

        Assert.That(said, Does.Contain("Truncated, retrying in TCP mode"));
        Assert.That(said.Count(static character => character == 'x'), Is.EqualTo(DnsServer.BigCharacters));
        Assert.That(await daemon.MetricAsync("l4balancer_udp_sessions_total{service=\"test\"}"), Is.EqualTo(1));
        Assert.That(await daemon.MetricAsync("l4balancer_connections_accepted_total{service=\"tcp\"}"), Is.EqualTo(1));
    }

    [Test]
    public async Task Terminate_AnswersAreMissing_TheyArriveAndTheDaemonEnds()
    {
        const int Clients = 10;
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File());
        foreach (DnsServer server in _servers) server.Child.Signal(ChildProcess.SigStop);
        Task<string>[] answers = [.. Enumerable.Range(0, Clients).Select(_ => DigAsync(daemon))];
        await Eventually.TrueAsync(
            () => daemon.MetricAsync("l4balancer_udp_datagrams_total{direction=\"to_server\"").Result == Clients,
            "every query is on its way");

        Task<int> exit = daemon.TerminateAsync();
        await daemon.LoggedAsync("draining");
        Assert.That(daemon.Child.HasExited, Is.False);
        foreach (DnsServer server in _servers) server.Child.Signal(ChildProcess.SigCont);

        Assert.That(await Task.WhenAll(answers), Is.All.AnyOf([.. Names]));
        Assert.That(await exit, Is.Zero);
        Assert.That(daemon.Flows().Select(static flow => flow.Reason), Is.All.EqualTo("normal"));
    }

    private DaemonFile File(string tables = "") => new(_servers.Select(static server => server.EndPoint))
    {
        Protocol = "udp",
        Service =
            $"""
            [service.test.udp]
            responses = 1
            {tables}
            """,
    };

    /// <summary>The service's tables, and a TCP service on the same port.</summary>
    private static string Tcp(DaemonFile file) =>
        $"""
        {file.Service}
        [service.tcp]
        listen = "{file.Address}"
        backends = [{string.Join(", ", file.Backends.Select(static backend => $"\"{backend}\""))}]
        """;

    private static Task<double> SessionsAsync(DaemonProcess daemon, DnsServer server) =>
        daemon.MetricAsync($"l4balancer_backend_connections_total{{backend=\"{server.EndPoint}\"");

    private static Task SessionsBeyondAsync(DaemonProcess daemon, DnsServer server, double count) =>
        Eventually.TrueAsync(() => SessionsAsync(daemon, server).Result > count, $"{server.Name} has > {count} flows");

    /// <summary>Everything is answered, also by the server that was away.</summary>
    private static async Task LosesNothingAsync(DaemonProcess daemon, DnsServer wasAway)
    {
        double before = await SessionsAsync(daemon, wasAway);
        DnsLoadResult result = await DnsLoad.RunAsync(daemon.Address, Load);
        Assert.That(result, Is.EqualTo(new DnsLoadResult(Load, Load, Lost: 0, Interrupted: 0, Good: Load)));
        Assert.That(await SessionsAsync(daemon, wasAway), Is.GreaterThan(before));
    }

    /// <summary>The name of the server that answers one query.</summary>
    private async Task<string> DigAsync(DaemonProcess daemon, params string[] options)
    {
        string[] arguments = ["+short", .. options, .. Arguments(daemon, "TXT", "who.test")];
        return (await ChildProcess.RunAsync(_dig, arguments)).Trim('"');
    }

    private static string[] Arguments(DaemonProcess daemon, string type, string name) =>
        ["+tries=1", "+time=10", $"@{IPAddress.Loopback}", "-p", $"{daemon.File.Port}", type, name];
}
