using System.Net;
using L4Balancer.Config;
using L4Balancer.Daemon.Demo;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Hosting;

/// <summary>What a service manager hears of reloads and drains, and the admin socket that nobody configured.</summary>
internal sealed class NotifyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private HelloBackend _backend = null!;
    private TempFolder _folder = null!;
    private NotifySocket _notify = null!;
    private CancellationTokenSource _patience = null!;

    [SetUp]
    public void Make()
    {
        _backend = new HelloBackend("a");
        _folder = new TempFolder();
        _notify = new NotifySocket(_folder["notify"]);
        _patience = new CancellationTokenSource(Patience);
    }

    [TearDown]
    public async Task Remove()
    {
        _patience.Dispose();
        _notify.Dispose();
        _folder.Dispose();
        await _backend.DisposeAsync();
    }

    [TestCase(true, "STATUS=serving 1 service")]
    [TestCase(false, "STATUS=serving 1 service; the last reload failed")]
    public async Task Hangup_GoodOrBadFile_IsReloadingAndThenReady(bool isGood, string status)
    {
        using DaemonCommand daemon = await StartAsync();
        if (!isGood) await File.WriteAllTextAsync(_folder["config"], "rubbish");

        daemon.Signal(ChildProcess.SigHup);

        await HearAsync("RELOADING=1");
        await HearAsync(status);
    }

    [Test]
    public async Task Drain_ByTheAdminSide_IsToldFromNoticeToDrained()
    {
        using DaemonCommand daemon = await StartAsync();
        using AdminCaller control = AdminCaller.Over(_folder["admin.sock"]);

        await control.PostAsync("/drain", new { notice_seconds = 3600 });
        await HearAsync("STATUS=about to drain, 0 connections open");
        await control.PostAsync("/drain", new { notice_seconds = 0 });

        await HearAsync("STATUS=drained, waiting to be stopped");
    }

    [Test]
    public async Task Run_DefaultSocketsFolderMissing_GoesOnWithoutAndSaysSo()
    {
        Assume.That(
            Directory.Exists(Path.GetDirectoryName(AdminConfig.DefaultSocket)), Is.False, "a package made the folder");
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(Config(""));

        Assert.That(daemon.Errors, Has.Some.Contains($"no admin socket: {AdminConfig.DefaultSocket} is in "));
    }

    private Task HearAsync(string line) => _notify.WaitForAsync(line, _patience.Token);

    private async Task<DaemonCommand> StartAsync()
    {
        await File.WriteAllTextAsync(_folder["config"], Config($"socket = \"{_folder["admin.sock"]}\""));
        DaemonCommand daemon = DaemonCommand.Start(
            ["run", "--config", _folder["config"]], ("NOTIFY_SOCKET", _notify.Path));
        await HearAsync("READY=1");
        return daemon;
    }

    private string Config(string socket) =>
        $"""
        [admin]
        listen = ""
        {socket}
        [service.web]
        listen = "{IPAddress.Loopback}:{UnusedPort.Next()}"
        backends = ["{_backend.EndPoint}"]
        """;
}
