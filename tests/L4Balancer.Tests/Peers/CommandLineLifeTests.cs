using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Daemon;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Reload, drain and events of a real daemon, at the operator's word.</summary>
public sealed class CommandLineLifeTests
{
    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;

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
    public async Task Reload_FileAsItWas_SaysThatNothingHasChanged() => Assert.That(
        await _daemon.AskAsync("reload"), Is.EqualTo((0, "reloaded; nothing has changed", "")));

    [Test]
    public async Task ReloadAndDiff_AnotherBackend_NameTheSameChanges()
    {
        string added = TestServer.Closed().ToString();
        _daemon.Rewrite(_daemon.File with { Backends = [.. _daemon.File.Backends, added] });

        (int diffCode, string diff, _) = await _daemon.AskAsync("config", "diff");
        (int reloadCode, string reload, string errors) = await _daemon.AskAsync("reload");
        (_, string list, _) = await _daemon.AskAsync("backend", "list");

        Assert.Multiple(() =>
        {
            Assert.That((diffCode, reloadCode, errors), Is.EqualTo((0, 0, "")));
            Assert.That(diff, Does.Contain(added).And.EndWith("a reload would make 1 change"));
            Assert.That(reload, Does.Contain(added).And.EndWith("reloaded, 1 change"));
            Assert.That(reload.Split('\n')[0], Is.EqualTo(diff.Split('\n')[0]));
            Assert.That(list, Does.Contain($"test/{added}"));
        });
    }

    [Test]
    public async Task ReloadAndDiff_FileWithErrors_ShowThemAsCheckDoesAndReturnOne()
    {
        _daemon.Rewrite(_daemon.File with { Service = "liste = 1\ntimeouts = 5" });

        (int checkCode, _, string check) = await DaemonCommand.RunAsync("check", "--config", _daemon.ConfigPath);
        (int reloadCode, string reload, string reloadErrors) = await _daemon.AskAsync("reload");
        (int diffCode, string diff, string diffErrors) = await _daemon.AskAsync("config", "diff");
        (int jsonCode, string json, string jsonErrors) = await _daemon.AskAsync("reload", "--json");

        Assert.Multiple(() =>
        {
            Assert.That((checkCode, reloadCode, diffCode, jsonCode), Is.EqualTo((1, 1, 1, 1)));
            Assert.That((reload, diff, jsonErrors), Is.EqualTo(("", "", "")));
            Assert.That(reloadErrors, Does.StartWith(check + "\nl4balancer: "));
            Assert.That(diffErrors, Does.StartWith(check + "\nl4balancer: "));
            Assert.That(JsonDocument.Parse(json).RootElement.GetProperty("ok").GetBoolean(), Is.False);
        });
        Assert.That((await _daemon.AskAsync("status")).Output, Does.Contain("FAILED and changed nothing"));
        Assert.That((await _daemon.AskAsync("ready")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Drain_WithNotice_IsNotReadyButServes()
    {
        (int exitCode, string output, _) = await _daemon.AskAsync("drain", "--notice", "60s");
        (int ready, string why, string errors) = await _daemon.AskAsync("ready");

        using Socket client = await _daemon.OpenAsync();
        Assert.That((exitCode, ready, errors), Is.EqualTo((0, 1, "")));
        Assert.That(output, Does.StartWith("notice given: "));
        Assert.That(why, Does.StartWith("not ready: "));
    }

    [Test]
    public async Task Drain_Waited_EndsWithTheLastFlowAndLeavesTheDaemonUp()
    {
        Socket client = await _daemon.OpenAsync();
        using DaemonCommand drain = _daemon.Ask("drain", "--wait", "60s");
        await drain.SaysAsync("draining: 1 flow remains");

        client.Dispose();

        Assert.That(await drain.EndAsync(), Is.Zero);
        Assert.That(drain.Output.Last(), Is.EqualTo("draining: no flow remains"));
        Assert.That((await _daemon.AskAsync("reload")).ExitCode, Is.EqualTo(4));
    }

    [Test]
    public async Task Drain_FlowsAtTheEndOfTheWait_ReturnsOne()
    {
        using Socket client = await _daemon.OpenAsync();

        (int exitCode, string output, _) = await _daemon.AskAsync("drain", "--wait", "200ms");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.EndWith("draining: 1 flow remains"));
    }

    [Test]
    public async Task Drain_DaemonStoppedMeanwhile_IsDrained()
    {
        using Socket client = await _daemon.OpenAsync();
        using DaemonCommand drain = _daemon.Ask("drain", "--wait", "60s");
        await drain.SaysAsync("draining: 1 flow remains");

        await _daemon.Child.KillAsync();

        Assert.That(await drain.EndAsync(), Is.Zero);
        Assert.That(drain.Output.Last(), Is.EqualTo("the daemon has ended"));
    }

    [Test]
    public async Task Events_Followed_AreToldAsTheyComeUntilInterrupted()
    {
        using DaemonCommand events = _daemon.Ask("events", "--last", "0", "--follow");
        using DaemonCommand json = _daemon.Ask("events", "--last", "0", "--follow", "--json");

        // Nobody knows when a follower has begun to listen; so there is news until both have heard.
        while (events.Output.Count < 2 || json.Output.Count < 2) await ChangeAsync();

        foreach (DaemonCommand one in new[] { events, json })
        {
            one.Signal(ChildProcess.SigInt);
            Assert.That(await one.EndAsync(), Is.Zero);
        }

        Assert.That(events.Output, Has.All.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w+ \w+: .+$"));
        Assert.That(
            json.Output.Select(static line => JsonDocument.Parse(line).RootElement),
            Has.All.Matches<JsonElement>(
                static one => one.TryGetProperty("event", out _) && one.TryGetProperty("message", out _)));
    }

    [Test]
    public async Task Events_Last_AreSoManyAndThenTheEnd()
    {
        await ChangeAsync();
        string[] all = (await _daemon.AskAsync("events", "--last", "1000")).Output.Split('\n');

        (int exitCode, string output, _) = await _daemon.AskAsync("events", "--last", "2");
        string none = (await _daemon.AskAsync("events", "--last", "0")).Output;

        Assert.That(all, Has.Length.GreaterThan(2));
        Assert.That((exitCode, none), Is.EqualTo((0, "")));
        Assert.That(output.Split('\n'), Is.EqualTo(all[^2..]));
    }

    [Test]
    public async Task Events_ReaderThatHasSeenEnough_EndsTheCommand()
    {
        string follow = $"l4balancer events --last 5 --follow --socket {_daemon.ControlPath} | head -n 1";

        using CancellationTokenSource stop = new();
        Task changing = ChangeLoopAsync(stop.Token);
        string output = await CommandLinePeer.ShellAsync("bash", "-c", follow);
        await stop.CancelAsync();
        await changing;

        Assert.That(output.Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Events_DaemonThatEnds_ReturnsThree()
    {
        using DaemonCommand events = _daemon.Ask("events", "--follow");
        await events.SaysAsync(": ");

        await _daemon.TerminateAsync();

        Assert.That(await events.EndAsync(), Is.EqualTo(3));
    }

    /// <summary>Makes news.</summary>
    private async Task ChangeAsync()
    {
        foreach (string state in new[] { "drain", "ready" })
        {
            await _daemon.AskAsync("backend", state, $"test/{_server.EndPoint}");
        }
    }

    private async Task ChangeLoopAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) await ChangeAsync();
    }
}
