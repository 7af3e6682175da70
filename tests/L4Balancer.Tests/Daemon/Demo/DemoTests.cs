using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using L4Balancer.Daemon.Demo;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Demo;

/// <summary>What a newcomer sees first.</summary>
internal sealed partial class DemoTests
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    [Test]
    public async Task HelloBackend_Http_SaysHelloAgainAndAgainOnOneConnection()
    {
        await using HelloBackend backend = new("a");

        for (int i = 0; i < 3; i++)
        {
            Assert.That(await Http.GetStringAsync(new Uri($"http://{backend.EndPoint}/")),
                Is.EqualTo("hello from backend a\n"));
        }
    }

    [Test]
    public async Task HelloBackend_Lines_ComeBackBehindItsName()
    {
        await using HelloBackend backend = new("b");
        using TcpClient client = new();
        await client.ConnectAsync(backend.EndPoint);
        using StreamReader reader = new(client.GetStream());

        await client.GetStream().WriteAsync("one\ntwo\r\n"u8.ToArray());

        Assert.That(
            (await reader.ReadLineAsync().Within(), await reader.ReadLineAsync().Within()),
            Is.EqualTo(("backend b: one", "backend b: two")));
    }

    [Test]
    public async Task HelloBackend_EndlessLine_IsGivenUp()
    {
        await using HelloBackend backend = new("b");
        using TcpClient client = new();
        await client.ConnectAsync(backend.EndPoint);

        await client.GetStream().WriteAsync(new byte[64 * 1024]);

        // With a reset, since not all had been read.
        SocketError? end = await client.Client.EndAsync();
        Assert.That(end, Is.Null.Or.EqualTo(SocketError.ConnectionReset));
    }

    [TestCase("one\n")]
    [TestCase("")]
    public async Task HelloBackend_Datagram_ComesBackBehindItsName(string text)
    {
        await using HelloBackend backend = new("c");

        Assert.That(await EchoAsync(backend.EndPoint, text), Is.EqualTo($"backend c: {text}"));
    }

    [Test]
    public async Task HelloBackend_DatagramTooLongForAnAnswer_DoesNotEndIt()
    {
        await using HelloBackend backend = new("c");
        using UdpClient client = new();
        await client.SendAsync(new byte[65_507], backend.EndPoint);

        Assert.That(await EchoAsync(backend.EndPoint, "still here"), Is.EqualTo("backend c: still here"));
    }

    [Test]
    public void OnLoopback_PortTakenByUdp_IsTheNextWhereUdpCounts()
    {
        int port = UnusedPort.Next();
        using UdpClient taken = new(new IPEndPoint(IPAddress.Loopback, port));

        Assert.That((int)FreePort.OnLoopback(port, alsoUdp: true).Port, Is.Not.EqualTo(port));
        Assert.That((int)FreePort.OnLoopback(port).Port, Is.EqualTo(port));
    }

    [Test]
    public void OnLoopback_PortTaken_IsTheNext()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        Assert.That((int)FreePort.OnLoopback(port).Port, Is.Not.EqualTo(port));
    }

    [Test]
    public async Task Demo_ARequest_ReachesABackendAndIsShown()
    {
        using DaemonCommand demo = DaemonCommand.Start(["demo"]);
        await demo.SaysAsync("backend demo-udp/c: up, 0 open, 0 taken");
        string text = string.Join('\n', demo.Output);
        string[] urls = [.. CurlLine().Matches(text).Select(match => match.Groups[1].Value)];
        IPEndPoint udp = IPEndPoint.Parse(string.Join(':', NcUdpLine().Match(text).Groups[1].Value.Split(' ')));

        string hello = await Http.GetStringAsync(new Uri(urls[0]));
        string answer = await EchoAsync(udp, "one");
        string metrics = await Http.GetStringAsync(new Uri(urls[1]));

        Assert.Multiple(() =>
        {
            Assert.That(hello, Does.Match("^hello from backend [abc]\n$"));
            Assert.That(answer, Does.Match("^backend [abc]: one$"));
            Assert.That(metrics, Does.Contain("l4balancer_build_info"));
        });
        await demo.SaysAsync($"backend demo/{hello[^2]}: up, 1 open, 1 taken");
        await demo.SaysAsync($"backend demo-udp/{answer["backend ".Length]}: up, 1 open, 1 taken");
        demo.Signal(ChildProcess.SigInt);
        Assert.That(await demo.EndAsync(), Is.Zero);
    }

    [Test]
    public async Task Try_AConnection_ReachesTheBackendAndLeavesARecord()
    {
        await using HelloBackend backend = new("a");
        int port = UnusedPort.Next();
        using DaemonCommand attempt = DaemonCommand.Start(
            ["try", "--listen", $"127.0.0.1:{port}", "--to", $"{backend.EndPoint}"]);
        await attempt.SaysAsync("L4Balancer: ready");

        using (HttpClient once = new())
        {
            Assert.That(await once.GetStringAsync(new Uri($"http://127.0.0.1:{port}/")),
                Is.EqualTo("hello from backend a\n"));
        }

        await attempt.SaysAsync($"flow service=try ");
        attempt.Signal(ChildProcess.SigInt);
        Assert.That(await attempt.EndAsync(), Is.Zero);
    }

    [Test]
    public async Task Try_ADatagram_ReachesTheBackendAndLeavesARecord()
    {
        await using HelloBackend backend = new("a");
        int port = UnusedPort.Next();
        using DaemonCommand attempt = DaemonCommand.Start(
            ["try", "--udp", "--listen", $"127.0.0.1:{port}", "--to", $"{backend.EndPoint}"]);
        await attempt.SaysAsync("L4Balancer: ready");

        Assert.That(attempt.Errors, Has.Some.Matches("limits: .* shards?, [0-9]+ UDP sessions of try, "));
        Assert.That(await EchoAsync(new IPEndPoint(IPAddress.Loopback, port), "one"), Is.EqualTo("backend a: one"));

        attempt.Signal(ChildProcess.SigInt);
        await attempt.SaysAsync("SIGINT: ending");
        attempt.Signal(ChildProcess.SigInt); // The session is not idle yet, which the first would wait for.
        Assert.That(await attempt.EndAsync(), Is.Zero);
        Assert.That(attempt.Output.Single(), Does.Contain("flow service=try ").And.Contain(" reason=shutdown "));
    }

    /// <summary>What comes back for a datagram.</summary>
    private static async Task<string> EchoAsync(IPEndPoint server, string text)
    {
        using UdpClient client = new();
        client.Connect(server);
        await client.SendAsync(Encoding.UTF8.GetBytes(text));
        return Encoding.UTF8.GetString((await client.ReceiveAsync().Within()).Buffer);
    }

    [GeneratedRegex(@"nc -u (\S+ \d+)")]
    private static partial Regex NcUdpLine();

    [GeneratedRegex(@"curl (\S+)")]
    private static partial Regex CurlLine();
}
