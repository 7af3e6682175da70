using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Daemon;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A real daemon's backends, and the flows on them, at the operator's word.</summary>
public sealed class CommandLineBackendTests
{
    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;

    private string Backend => $"test/{_server.EndPoint}";

    [SetUp]
    public async Task StartAsync()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint));
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _server?.Dispose();
    }

    [Test]
    public async Task BackendStates_OneAfterTheOther_AreToldAndShown()
    {
        foreach ((string command, string state) in
            new[] { ("drain", "drain"), ("maint", "maint"), ("ready", "up"), ("maint", "maint"), ("drain", "drain") })
        {
            (int exitCode, string output, string errors) = await _daemon.AskAsync("backend", command, Backend);
            (_, string list, _) = await _daemon.AskAsync("backend", "list");

            Assert.That((exitCode, errors), Is.EqualTo((0, "")));
            Assert.That(output, Does.StartWith($"{Backend}: {state}, weight 1"));
            Assert.That(list, Does.Match($@"(?m)^{Backend} +{state} "));
        }
    }

    [Test]
    public async Task BackendWeight_SetAndSetBack_TellsTheFilesBesideIt()
    {
        string changed = (await _daemon.AskAsync("backend", "weight", Backend, "7")).Output;
        string diff = (await _daemon.AskAsync("config", "diff")).Output;
        string restored = (await _daemon.AskAsync("backend", "weight", Backend, "default")).Output;

        Assert.That(changed, Does.EndWith("weight 7 (file: 1)"));
        Assert.That(diff, Does.Contain(Backend).And.Contain("7"));
        Assert.That(restored, Does.EndWith("weight 1"));
    }

    [TestCase("257")]
    [TestCase("-1")]
    [TestCase("heavy")]
    public async Task BackendWeight_OutOfBounds_IsAUsageError(string weight)
    {
        (int exitCode, string output, string errors) =
            await _daemon.AskAsync("backend", "weight", Backend, weight);

        Assert.That((exitCode, output), Is.EqualTo((2, "")));
        Assert.That(errors, Does.Contain("0 to 256 or default"));
    }

    [Test]
    public async Task BackendDrain_Waited_EndsWhenTheLastFlowDoes()
    {
        Socket client = await _daemon.OpenAsync();
        using DaemonCommand drain = _daemon.Ask("backend", "drain", Backend, "--wait", "60s");
        await drain.SaysAsync($"{Backend}: 1 flow remains, the oldest has lived ");

        client.Dispose();

        Assert.That(await drain.EndAsync(), Is.Zero);
        Assert.That(drain.Output.Last(), Is.EqualTo($"{Backend}: no flow remains"));
    }

    [Test]
    public async Task BackendDrain_FlowsAtTheEndOfTheWait_ReturnsOneAndSaysHowMany()
    {
        using Socket client = await _daemon.OpenAsync();

        (int exitCode, string output, _) = await _daemon.AskAsync("backend", "drain", Backend, "--wait", "300ms");
        (int asJson, string json, string progress) =
            await _daemon.AskAsync("backend", "drain", Backend, "--wait", "0s", "--json");

        Assert.That((exitCode, asJson), Is.EqualTo((1, 1)));
        Assert.That(output.Split('\n').Last(), Does.StartWith($"{Backend}: 1 flow remains, the oldest has lived "));
        JsonElement drain = JsonDocument.Parse(json).RootElement.GetProperty("drain");
        Assert.That(drain.GetProperty("remaining").GetInt32(), Is.EqualTo(1));
        Assert.That(progress, Does.Contain("1 flow remains"));
    }

    [Test]
    public async Task BackendDrain_WithDeadline_EndsFlowsByIt()
    {
        using Socket client = await _daemon.OpenAsync();

        (int exitCode, string output, _) =
            await _daemon.AskAsync("backend", "drain", Backend, "--deadline", "500ms", "--wait", "20s");

        Assert.That((exitCode, output.Split('\n').Last()), Is.EqualTo((0, $"{Backend}: no flow remains")));
        Assert.That((await _daemon.FlowsAsync(1))[0].Reason, Is.EqualTo("drain_timeout"));
    }

    [Test]
    public async Task BackendMaint_OpenFlow_IsEndedNow()
    {
        using Socket client = await _daemon.OpenAsync();

        Assert.That((await _daemon.AskAsync("backend", "maint", Backend)).ExitCode, Is.Zero);

        Assert.That(await _daemon.FlowsAsync(1), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Backend_MisspeltName_IsAnsweredWithTheNearest()
    {
        string misspelt = Backend.Replace("test/", "tset/", StringComparison.Ordinal);
        (int exitCode, _, string errors) = await _daemon.AskAsync("backend", "drain", misspelt);

        Assert.That(exitCode, Is.EqualTo(4));
        Assert.That(errors, Does.Contain(Backend));
    }

    [Test]
    public async Task ConnectionsKill_ById_EndsThatFlowAlone()
    {
        using Socket killed = await _daemon.OpenAsync();
        using Socket other = await _daemon.OpenAsync();
        string[] lines = (await _daemon.AskAsync("connections")).Output.Split('\n');
        string id = lines.Single(line => line.Contains($" {killed.LocalEndPoint} ")).Split(' ')[0];

        (int exitCode, string output, string errors) = await _daemon.AskAsync("connections", "kill", id);

        Assert.That((exitCode, output, errors), Is.EqualTo((0, "1 flow ended", "")));
        FlowLine flow = (await _daemon.FlowsAsync(1))[0];
        Assert.That((flow.Reason, flow.Client), Is.EqualTo(("admin_kill", killed.LocalEndPoint!.ToString())));
        await other.SendTextAsync("still");
        Assert.That(await other.ReceiveTextAsync("still".Length), Is.EqualTo("still"));
    }

    [TestCase("--client", "127.0.0.1")]
    [TestCase("--service", "test")]
    [TestCase("--backend", null)]
    public async Task ConnectionsKill_ByFilter_EndsAllAndCountsThem(string option, string? value)
    {
        Socket[] clients = [await _daemon.OpenAsync(), await _daemon.OpenAsync(), await _daemon.OpenAsync()];

        (int exitCode, string output, _) =
            await _daemon.AskAsync("connections", "kill", option, value ?? Backend);
        (_, string again, _) = await _daemon.AskAsync("connections", "kill", option, value ?? Backend);

        Assert.That((exitCode, output, again), Is.EqualTo((0, "3 flows ended", "no such flow")));
        foreach (Socket client in clients) client.Dispose();
    }
}
