using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The daemon with backends from a file that is written while it runs.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BackendsFileTests
{
    private readonly TempFolder _folder = new();
    private int _flows; // That the load has made.

    private string File => _folder["web.json"];

    [TearDown]
    public void End() => _folder.Dispose();

    [Test]
    public async Task File_ChangesUnderLoad_NobodyIsRefusedAndFlowsStay()
    {
        TestServer[] servers = [.. Enumerable.Range(0, 4).Select(static _ => TestServer.Echo())];
        Replace(servers[0].EndPoint.ToString());
        await using DaemonProcess daemon = await StartAsync();
        using Socket flow = await ConnectAsync(daemon);
        using CancellationTokenSource enough = new();
        Task[] load =
            [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ConnectLoopAsync(daemon, enough.Token)))];

        Random random = new(7);
        string last = "";
        for (int i = 0; i < 8; i++)
        {
            TestServer[] some = random.GetItems(servers, random.Next(1, 5));
            string[] lines = [.. some.Select(static one => one.EndPoint.ToString()).Distinct()];
            last = string.Join('\n', lines.Order());
            Replace(lines);
            await ServedByAsync(daemon, last);
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref _flows) > 50, "flows meanwhile");
        await enough.CancelAsync();
        await Task.WhenAll(load).Within();
        await flow.SendTextAsync("still here");
        Assert.That(await flow.ReceiveTextAsync(10), Is.EqualTo("still here"));
        foreach (TestServer server in servers) server.Dispose();
    }

    [Test]
    public async Task File_IsWrongThenGone_NothingChangesAndEverySideSaysSo()
    {
        using TestServer server = TestServer.Echo();
        Replace(server.EndPoint.ToString());
        await using DaemonProcess daemon = await StartAsync();

        Replace("10.0.0.1:80", "{\"address\": \"10.0.0.2\"}");
        string problem = $"{File}:2:13: \"10.0.0.2\" has no port";
        await daemon.LoggedAsync($"backends file: {problem}");
        JsonElement source = (await daemon.Control.JsonAsync("/status.json")).GetProperty("sources")[0];
        Assert.That(source.GetProperty("source").GetString(), Is.EqualTo(File));
        Assert.That(source.GetProperty("error").GetString(), Does.StartWith(problem));
        Assert.That(await daemon.MetricAsync("l4balancer_discovery_failing{pool=\"test\"}"), Is.EqualTo(1));
        (int code, string said) = await CheckAsync(daemon);
        Assert.That(code, Is.Zero, "a warning: who writes the file may still do so");
        Assert.That(said, Does.Contain($"warning: {problem}"));

        System.IO.File.Delete(File);
        await daemon.LoggedAsync("there is no such file; until it can be used, its backends stay as before: 1");
        using Socket client = await ConnectAsync(daemon);

        AdminReply reload = await daemon.Control.PostAsync("/reload");
        Assert.That(reload.Json.GetProperty("ok").GetBoolean(), Is.True);
        await ServedByAsync(daemon, server.EndPoint.ToString());
    }

    [Test]
    public async Task File_BesideConfiguredBackends_AllServeAndAreTold()
    {
        using TestServer configured = TestServer.Echo();
        using TestServer found = TestServer.Echo();
        Replace($"{{\"address\": \"{found.EndPoint}\", \"name\": \"found\", \"weight\": 3}}", $"{configured.EndPoint}");
        DaemonFile file = new(configured.EndPoint) { Service = $"backends_file = \"{File}\"" };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file);

        JsonElement[] backends = [.. (await daemon.Control.JsonAsync("/backends")).EnumerateArray()];
        Assert.That(
            backends.Select(static one => (one.GetProperty("name").GetString(), one.GetProperty("weight").GetInt32(),
                one.TryGetProperty("source", out JsonElement source) ? source.GetString() : null)),
            Is.EqualTo(((string?, int, string?)[])[($"{configured.EndPoint}", 1, null), ("found", 3, File)]));
        string config = (await daemon.Control.GetAsync("/config")).Body;
        Assert.That(config, Does.Contain($"backends_file = \"{File}\"").And.Not.Contain("\"found\""));
        JsonElement diff = await daemon.Control.JsonAsync("/config/diff");
        Assert.That(diff.GetProperty("changes").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task File_NamesAHost_ItIsResolved()
    {
        using TestServer server = TestServer.Echo();
        await using ZoneServer zone = await ZoneServer.StartAsync("127.0.0.1 web.test");
        DaemonFile file = new(Array.Empty<IPEndPoint>())
        {
            Service = $"backends_file = \"{File}\"\nresolver = [\"{zone.EndPoint}\"]",
        };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file);
        await daemon.LoggedAsync("there is no such file");

        Replace($"web.test:{server.EndPoint.Port}");
        await daemon.LoggedAsync("pool test serves with 1 of 1");
        using Socket client = await ConnectAsync(daemon);
        JsonElement backend = (await daemon.Control.JsonAsync("/backends"))[0];
        Assert.That(backend.GetProperty("source").GetString(), Is.EqualTo($"{File}: web.test:{server.EndPoint.Port}"));
        Assert.That(backend.GetProperty("endpoint").GetString(), Is.EqualTo(server.EndPoint.ToString()));
    }

    private static async Task<Socket> ConnectAsync(DaemonProcess daemon)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(daemon.Address);
        await client.SendTextAsync("x");
        Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
        return client;
    }

    private async Task ConnectLoopAsync(DaemonProcess daemon, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using Socket client = await ConnectAsync(daemon);
            Interlocked.Increment(ref _flows);
        }
    }

    /// <summary>Waits until exactly these names, one a line, are available.</summary>
    private static Task ServedByAsync(DaemonProcess daemon, string names) =>
        Eventually.TrueAsync(() => AvailableAsync(daemon).Result == names, names);

    private static async Task<string> AvailableAsync(DaemonProcess daemon)
    {
        using AdminCaller control = daemon.Control; // Its socket takes few connections.
        return string.Join(
            '\n',
            (await control.JsonAsync("/backends")).EnumerateArray()
                .Where(static one => one.GetProperty("available").GetBoolean())
                .Select(static one => one.GetProperty("name").GetString())
                .Order());
    }

    private static async Task<(int Code, string Said)> CheckAsync(DaemonProcess daemon)
    {
        await using ChildProcess check = ChildProcess.Start(
            DaemonProgram.FullPath, ["check", "--config", daemon.ConfigPath], DaemonProgram.Runtime);
        return (await check.ExitAsync(), string.Join('\n', check.Errors));
    }

    private Task<DaemonProcess> StartAsync() => DaemonProcess.StartAsync(
        new DaemonFile(Array.Empty<IPEndPoint>()) { Service = $"backends_file = \"{File}\"", Flows = "none" });

    private void Replace(params string[] lines)
    {
        System.IO.File.WriteAllLines(_folder["web.json.new"], lines);
        System.IO.File.Move(_folder["web.json.new"], File, overwrite: true);
    }
}
