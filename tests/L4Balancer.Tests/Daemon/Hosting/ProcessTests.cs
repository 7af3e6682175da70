using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Daemon.Demo;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Hosting;

/// <summary>The life of the real process: start, admin side, flow records, drain, end.</summary>
internal sealed class ProcessTests
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private HelloBackend _backend = null!;
    private int _port;
    private string _admin = "";

    [SetUp]
    public void StartBackend()
    {
        _backend = new HelloBackend("a");
        _port = UnusedPort.Next();
        _admin = $"127.0.0.1:{UnusedPort.Next()}";
    }

    [TearDown]
    public async Task StopBackend() => await _backend.DisposeAsync();

    [TestCase(ChildProcess.SigTerm)]
    [TestCase(ChildProcess.SigInt)]
    public async Task Run_SignalWithoutConnections_EndsWithZero(int signal)
    {
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(Config());

        daemon.Signal(signal);

        Assert.That(await daemon.EndAsync(), Is.Zero);
    }

    [Test]
    public async Task Run_Serving_AdminAnswersAndFlowsAreWritten()
    {
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(Config());

        using (TcpClient client = await TalkAsync("one")) client.Client.Shutdown(SocketShutdown.Send);
        await daemon.SaysAsync("flow service=web ");
        string metrics = await Http.GetStringAsync($"http://{_admin}/metrics");

        string flow = daemon.Output.Single();
        Assert.Multiple(async () =>
        {
            Assert.That(flow, Does.Match(
                $@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z flow service=web protocol=tcp "
                + @"client=127\.0\.0\.1:\d+ "
                + $@"local=127\.0\.0\.1:{_port} backend={_backend.EndPoint} reason=normal "
                + @"client_bytes=4 server_bytes=15 "
                + @"queue_ms=0 connect_ms=[0-9.]+ duration_ms=[0-9.]+ attempts=1$"));
            Assert.That(metrics, Does.Contain("\nl4balancer_build_info{version=").Or.StartWith("# HELP l4balancer_"));
            Assert.That(await StatusAsync("ready"), Is.EqualTo((HttpStatusCode.OK, "ready\n")));
            Assert.That(await StatusAsync("healthz"), Is.EqualTo((HttpStatusCode.OK, "ok\n")));
        });
    }

    [Test]
    public async Task Run_SigtermWithAConnection_DrainsAndSaysSoUntilItEnds()
    {
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(Config());
        using TcpClient client = await TalkAsync("one");

        daemon.Signal(ChildProcess.SigTerm);
        await daemon.SaysAsync("SIGTERM: ending");
        (HttpStatusCode status, string body) = await StatusAsync("ready");

        Assert.That((status, body), Is.EqualTo(
            (HttpStatusCode.ServiceUnavailable, "not ready: draining, 1 connection left\n")));
        Assert.That(await SayAsync(client, "two"), Is.EqualTo("backend a: two"), "the connection goes on");
        client.Close();
        Assert.That(await daemon.EndAsync(), Is.Zero);
        Assert.That(daemon.Output.Single(), Does.Contain(" reason=normal "), "written after the drain");
    }

    [Test]
    public async Task Run_SecondSignal_CutsConnectionsOffAndEndsWithZero()
    {
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(Config("shutdown_drain = \"1h\""));
        using TcpClient client = await TalkAsync("one");

        daemon.Signal(ChildProcess.SigTerm);
        await daemon.SaysAsync("SIGTERM: ending");
        daemon.Signal(ChildProcess.SigTerm);

        Assert.That(await daemon.EndAsync(), Is.Zero);
        Assert.That(daemon.Errors, Has.Some.Contains("ended; 1 connection cut off"));
        Assert.That(daemon.Output.Single(), Does.Contain(" reason=shutdown "));
    }

    [Test]
    public async Task Run_HangupWithoutItsFile_SaysSoAndGoesOn()
    {
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(Config()); // Which removes the file.

        daemon.Signal(ChildProcess.SigHup);
        await daemon.SaysAsync("failed, nothing has changed");

        using TcpClient client = await TalkAsync("still here");
    }

    [Test]
    public async Task Run_AdminAddressInUse_ReturnsOneInOneLine()
    {
        using TcpListener other = new(IPEndPoint.Parse(_admin));
        other.Start();

        (int exitCode, string errors) = await FailAsync();

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(errors, Is.EqualTo(
                $"l4balancer: admin.listen {_admin} is in use; 'ss -ltnp' shows by whom. "
                + "Choose another, or \"\" for none"));
        });
    }

    [Test]
    public async Task Run_ServiceAddressInUse_ReturnsOneWithoutATrace()
    {
        using TcpListener other = new(IPAddress.Loopback, _port);
        other.Start();

        (int exitCode, string errors) = await FailAsync();

        string line = errors.Split('\n').Single(line => line.StartsWith("l4balancer: ", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(line, Does.Contain($"127.0.0.1:{_port}"));
            Assert.That(errors, Does.Not.Contain("   at "));
        });
    }

    [Test]
    public async Task Run_JsonLog_WritesOneObjectALine()
    {
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(
            Config().Replace("[log]", "[log]\nformat = \"json\"", StringComparison.Ordinal),
            says: "\"message\":\"ready\"");

        using (TcpClient client = await TalkAsync("one")) client.Client.Shutdown(SocketShutdown.Send);
        await daemon.SaysAsync("\"event\":\"flow\"");

        Assert.That(daemon.Errors.Concat(daemon.Output), Has.All.Matches<string>(
            line => JsonDocument.Parse(line).RootElement.GetProperty("time").TryGetDateTime(out _)));
    }

    private string Config(string global = "") =>
        $"""
        [global]
        shards = 1
        {global}
        [log]
        flows = "all"
        [admin]
        listen = "{_admin}"
        [service.web]
        listen = "127.0.0.1:{_port}"
        backends = ["{_backend.EndPoint}"]
        """;

    private async Task<(int ExitCode, string Errors)> FailAsync()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Config());
        (int exitCode, _, string errors) = await DaemonCommand.RunAsync("run", "--config", path);
        File.Delete(path);
        return (exitCode, errors);
    }

    private async Task<TcpClient> TalkAsync(string line)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, _port).Within();
        Assert.That(await SayAsync(client, line), Is.EqualTo($"backend a: {line}"));
        return client;
    }

    private static async Task<string?> SayAsync(TcpClient client, string line)
    {
        await client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        using StreamReader reader = new(client.GetStream(), leaveOpen: true);
        return await reader.ReadLineAsync().Within();
    }

    private async Task<(HttpStatusCode Status, string Body)> StatusAsync(string path)
    {
        using HttpResponseMessage response = await Http.GetAsync(new Uri($"http://{_admin}/{path}"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
