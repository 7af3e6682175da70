using System.Net;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Reloads of a real daemon: by the admin side and by SIGHUP, of good files and of bad ones.</summary>
public sealed class AdminReloadTests
{
    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;
    private AdminCaller _control = null!;

    [SetUp]
    public async Task Start()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint));
        _control = _daemon.Control;
    }

    [TearDown]
    public async Task Stop()
    {
        _control.Dispose();
        await _daemon.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task Reload_NothingChanged_SaysSo()
    {
        AdminReply reply = await _control.PostAsync("/reload");

        Assert.Multiple(() =>
        {
            Assert.That(reply.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(reply.Json.GetProperty("ok").GetBoolean(), Is.True);
            Assert.That(reply.Json.GetProperty("changes").EnumerateArray(), Is.Empty);
        });
    }

    [Test]
    public async Task Reload_AnotherBackend_DoesWhatTheDifferenceHasSaid()
    {
        using TestServer second = TestServer.Echo();
        _daemon.Rewrite(_daemon.File with { Backends = [$"{_server.EndPoint}", $"{second.EndPoint}"] });

        JsonElement diff = await _control.JsonAsync("/config/diff");
        AdminReply reload = await _control.PostAsync("/reload");

        JsonElement status = await _control.JsonAsync("/status.json");
        JsonElement last = status.GetProperty("config").GetProperty("last_reload");
        Assert.Multiple(async () =>
        {
            Assert.That(Lines(diff, "changes"), Is.Not.Empty.And.Some.Contains($"{second.EndPoint}"));
            Assert.That(Lines(reload.Json, "changes"), Is.EqualTo(Lines(diff, "changes")));
            Assert.That(Lines(last, "changes"), Is.EqualTo(Lines(diff, "changes")));
            Assert.That(last.GetProperty("ok").GetBoolean(), Is.True);
            Assert.That(status.GetProperty("backends").GetArrayLength(), Is.EqualTo(2));
            Assert.That((await _control.GetAsync("/config")).Body, Does.Contain($"{second.EndPoint}"));
            Assert.That(Lines(await _control.JsonAsync("/config/diff"), "changes"), Is.Empty);
        });
    }

    [Test]
    public async Task Reload_SettingsOfTheStart_AreWarnedOfEachTime()
    {
        _daemon.Rewrite(_daemon.File with { AdminPort = UnusedPort.Next(), Flows = "none" });

        string[] first = Lines((await _control.PostAsync("/reload")).Json, "warnings");
        string[] second = Lines((await _control.PostAsync("/reload")).Json, "warnings");

        Assert.Multiple(() =>
        {
            Assert.That(first, Has.Length.EqualTo(2).And.Some.Contains("admin.listen").And.Some.Contains("log.flows"));
            Assert.That(second, Is.EqualTo(first), "they have not taken effect meanwhile");
        });
    }

    [Test]
    public async Task Reload_RunTimeChangesOfAnUnchangedBackend_Stay()
    {
        string backend = $"{_server.EndPoint}";
        await _control.PostAsync("/backends/drain", new { backend });
        await _control.PostAsync("/backends/weight", new { backend, weight = 3 });
        _daemon.Rewrite(_daemon.File with { Service = "backlog = 128" });

        await _control.PostAsync("/reload");

        JsonElement now = (await _control.JsonAsync("/backends"))[0];
        Assert.Multiple(() =>
        {
            Assert.That(now.GetProperty("admin").GetString(), Is.EqualTo("drain"));
            Assert.That(now.GetProperty("weight").GetInt32(), Is.EqualTo(3));
        });
    }

    [TestCase("[service.test\n", TestName = "Reload_NotToml_ChangesNothing")]
    [TestCase("[service.test]\nlisten = 5\n", TestName = "Reload_WrongType_ChangesNothing")]
    [TestCase("[service.tset]\nlsiten = \"127.0.0.1:1\"\nbackends = [\"127.0.0.1:2\"]\n",
        TestName = "Reload_UnknownKey_ChangesNothing")]
    [TestCase("", TestName = "Reload_NoService_ChangesNothing")]
    [TestCase(null, TestName = "Reload_NoFile_ChangesNothing")]
    public async Task Reload_BadFile_ChangesNothingAndSaysWhyEverywhere(string? text)
    {
        string before = (await _control.GetAsync("/config")).Body;
        if (text is null) File.Delete(_daemon.ConfigPath);
        else await File.WriteAllTextAsync(_daemon.ConfigPath, text);

        AdminReply reply = await _control.PostAsync("/reload");

        JsonElement config = (await _control.JsonAsync("/status.json")).GetProperty("config");
        MetricsPage metrics = await _daemon.MetricsAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(reply.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(reply.Error, Does.Contain(_daemon.ConfigPath));
            Assert.That(reply.Json.GetProperty("problems").GetArrayLength(), Is.GreaterThan(0));
            Assert.That(config.GetProperty("last_reload").GetProperty("ok").GetBoolean(), Is.False);
            Assert.That(config.GetProperty("last_reload").GetProperty("error").GetString(), Is.EqualTo(reply.Error));
            Assert.That(config.GetProperty("reloads").GetProperty("failed").GetInt32(), Is.EqualTo(1));
            Assert.That(metrics["l4balancer_config_last_reload_successful"], Is.Zero);
            Assert.That(metrics["l4balancer_config_reloads_total{result=\"failure\"}"], Is.EqualTo(1));
            Assert.That(metrics["l4balancer_config_reloads_total{result=\"success\"}"], Is.Zero);
            Assert.That((await _control.GetAsync("/config")).Body, Is.EqualTo(before));
            Assert.That(
                (await _control.JsonAsync("/config/diff")).GetProperty("problems").GetArrayLength(), Is.GreaterThan(0));
        });
        await _daemon.LoggedAsync("failed, nothing has changed");
        Assert.That(ChildProcesses.Accepts(_daemon.Address), Is.True);
    }

    [Test]
    public async Task Hangup_GoodFileAfterABadOne_IsInForce()
    {
        await File.WriteAllTextAsync(_daemon.ConfigPath, "rubbish");
        _daemon.Child.Signal(ChildProcess.SigHup);
        await _daemon.LoggedAsync("failed, nothing has changed");

        _daemon.Rewrite(_daemon.File with { Service = "max_connections = 77" });
        _daemon.Child.Signal(ChildProcess.SigHup);
        await _daemon.LoggedAsync("info    L4Balancer: reloaded ");

        Assert.Multiple(async () =>
        {
            Assert.That((await _control.GetAsync("/config")).Body, Does.Contain("max_connections = 77"));
            Assert.That(await _daemon.MetricAsync("l4balancer_config_last_reload_successful"), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Reload_ManyAtOnce_AreDoneOneAfterTheOther()
    {
        AdminReply[] replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _control.PostAsync("/reload")));

        Assert.That(replies.Select(static reply => reply.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(
            await _daemon.MetricAsync("l4balancer_config_reloads_total{result=\"success\"}"), Is.EqualTo(12));
    }

    [Test]
    public async Task Reload_WhileDraining_IsRefused()
    {
        await _control.PostAsync("/drain");

        AdminReply reply = await _control.PostAsync("/reload");

        Assert.That(reply.Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(reply.Error, Does.Contain("drains"));
    }

    private static string[] Lines(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(static line => line.GetString()!)];
}
