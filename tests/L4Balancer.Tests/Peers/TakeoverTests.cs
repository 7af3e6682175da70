using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary><c>l4balancer run --takeover</c> beside a daemon that serves.</summary>
internal sealed class TakeoverTests
{
    private UpgradeRig _rig = null!;

    [SetUp]
    public void Begin() => _rig = new UpgradeRig();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task Takeover_UnderLoad_NobodyIsRefusedOrResetAndEveryByteIsRight()
    {
        ChildProcess first = await _rig.StartAsync();
        using CheckedFlows flows = await CheckedFlows.OpenAsync(_rig.Address, 200);
        ConnectLoad load = new(_rig.Address);
        await load.MoreAsync(200);

        ChildProcess second = await _rig.StartAsync("--takeover");
        await UpgradeRig.SaysAsync(first, "the successor serves now");
        await load.MoreAsync(200);
        ChildProcess third = await _rig.StartAsync("--takeover");
        await UpgradeRig.SaysAsync(second, "the successor serves now");
        await load.MoreAsync(200);

        await load.StopAsync();
        Assert.That(first.HasExited, Is.False, "its flows go on");
        long bytes = await flows.StopAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(load.Failures, Is.Empty);
            Assert.That(bytes, Is.GreaterThan(0));
            Assert.That(await first.ExitAsync(), Is.Zero);
            Assert.That(await second.ExitAsync(), Is.Zero);
            Assert.That(third.HasExited, Is.False);
            Assert.That(UpgradeRig.Says(first, "ended; 0 connections cut off"));
        });
    }

    [Test]
    public async Task Takeover_AdminSide_AnswersAllTheTimeAndThenForTheSuccessor()
    {
        await _rig.StartAsync();
        List<string> failures = [];
        using CancellationTokenSource stop = new();
        Task asking = Task.Run(async () =>
        {
            using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using HttpRequestMessage request = new(HttpMethod.Get, $"http://127.0.0.1:{_rig.AdminPort}/ready");
                    request.Headers.ConnectionClose = true;
                    using HttpResponseMessage answer = await http.SendAsync(request, CancellationToken.None);
                    if (answer.StatusCode != HttpStatusCode.OK) failures.Add($"{answer.StatusCode}");
                }
                catch (HttpRequestException failure)
                {
                    // One that the predecessor had accepted when it stopped may go without an answer; none is refused.
                    if (failure.InnerException is SocketException refused) failures.Add($"{refused.SocketErrorCode}");
                }
            }
        });

        ChildProcess second = await _rig.StartAsync("--takeover");
        AdminReply status = await _rig.Control.GetAsync("/status.json");
        await stop.CancelAsync();
        await asking.Within();

        Assert.Multiple(() =>
        {
            Assert.That(status.Json.GetProperty("pid").GetInt32(), Is.EqualTo(second.Id));
            Assert.That(failures.Where(static one => one is not "ServiceUnavailable"), Is.Empty);
        });
    }

    [Test]
    public async Task Takeover_Repeated_LeavesNoDescriptorsBehind()
    {
        _rig.Write(_rig.Service("web", _rig.Port, "health.type = \"none\"")); // A probe's socket would count.
        ChildProcess daemon = await _rig.StartAsync();
        List<int> sockets = [];
        for (int i = 0; i < 4; i++)
        {
            ChildProcess next = await _rig.StartAsync("--takeover");
            Assert.That(await daemon.ExitAsync(), Is.Zero);
            daemon = next;
            sockets.Add(Sockets(daemon));
        }

        Assert.That(sockets, Is.All.EqualTo(sockets[0]));
    }

    [Test]
    public async Task Takeover_SuccessorCannotListen_TheOtherGoesOn()
    {
        ChildProcess first = await _rig.StartAsync();
        using TestServer other = new();
        _rig.Write(_rig.Service("web", _rig.Port), _rig.Service("more", other.EndPoint.Port));

        ChildProcess second = _rig.Launch("--takeover");

        Assert.That(await second.ExitAsync(), Is.EqualTo(1));
        await AssertServesAsync(first);
    }

    [Test]
    public async Task Takeover_SuccessorIsKilledBeforeItIsReady_TheOtherGoesOnAndTheNextSucceeds()
    {
        ChildProcess first = await _rig.StartAsync();
        using TestServer silent = await TestServer.BlackHoleAsync();
        string held = _rig.Folder["held.toml"];
        string text = await File.ReadAllTextAsync(_rig.Config);
        string slow = $"health.timeout = \"60s\"\nbackends = [\"{silent.EndPoint}\", ";
        await File.WriteAllTextAsync(held, text.Replace("backends = [", slow, StringComparison.Ordinal));
        ChildProcess second = _rig.Launch(held, ["--takeover"]);
        await UpgradeRig.SaysAsync(first, "a successor asks");
        await UpgradeRig.SaysAsync(second, "listens on");
        ChildProcess another = _rig.Launch("--takeover");

        Assert.Multiple(async () =>
        {
            Assert.That(await another.ExitAsync(), Is.EqualTo(1));
            Assert.That(another.Errors, Has.Some.Contains("another takeover is under way"));
        });
        await second.KillAsync();
        await UpgradeRig.SaysAsync(first, "the takeover has failed");
        await AssertServesAsync(first);
        ChildProcess third = await _rig.StartAsync("--takeover");
        Assert.That(await first.ExitAsync(), Is.Zero);
        await AssertServesAsync(third);
    }

    [Test]
    public async Task Takeover_PredecessorIsKilledDuringIt_TheSuccessorServes()
    {
        ChildProcess first = await _rig.StartAsync();
        using TestServer silent = await TestServer.BlackHoleAsync();
        _rig.Write(_rig.Service("web", _rig.Port, "health.timeout = \"3s\"\nhealth.interval = \"3s\"")
            .Replace("backends = [", $"backends = [\"{silent.EndPoint}\", ", StringComparison.Ordinal));
        ChildProcess second = _rig.Launch("--takeover");
        await UpgradeRig.SaysAsync(second, "listens on");

        await first.KillAsync();

        await UpgradeRig.SaysAsync(second, "has gone during the takeover");
        await UpgradeRig.ReadyAsync(second); // Its admin side answers from here on.
        await AssertServesAsync(second);
    }

    [Test]
    public async Task Takeover_ListenersReloadedMeanwhile_IsRefusedAndTheOtherGoesOn()
    {
        ChildProcess first = await _rig.StartAsync();
        using TestServer silent = await TestServer.BlackHoleAsync();
        string text = await File.ReadAllTextAsync(_rig.Config);
        _rig.Write(_rig.Service("web", _rig.Port, "health.timeout = \"3s\"\nhealth.interval = \"3s\"")
            .Replace("backends = [", $"backends = [\"{silent.EndPoint}\", ", StringComparison.Ordinal));
        ChildProcess second = _rig.Launch("--takeover");
        await UpgradeRig.SaysAsync(second, "listens on");
        await File.WriteAllTextAsync(_rig.Config, text + _rig.Service("more", UnusedPort.Next()));

        AdminReply reload = await _rig.Control.PostAsync("/reload");

        Assert.That(reload.Status, Is.EqualTo(HttpStatusCode.OK), reload.Body);
        Assert.That(await second.ExitAsync(), Is.EqualTo(1));
        Assert.That(second.Errors, Has.Some.Contains("a reload has changed what the running daemon listens on"));
        await AssertServesAsync(first);
    }

    [Test]
    public async Task Takeover_NobodyRuns_IsAnOrdinaryStart()
    {
        ChildProcess daemon = await _rig.StartAsync("--takeover");

        Assert.That(UpgradeRig.Says(daemon, "no daemon answers"));
        await AssertServesAsync(daemon);
    }

    [Test]
    public async Task Takeover_FewerShards_EveryQueueIsServed()
    {
        await _rig.StartAsync();
        string text = await File.ReadAllTextAsync(_rig.Config);
        await File.WriteAllTextAsync(_rig.Config, text.Replace("shards = 2", "shards = 1", StringComparison.Ordinal));

        ChildProcess second = await _rig.StartAsync("--takeover");

        await AssertServesAsync(second);
    }

    [Test]
    public async Task Takeover_PlainRequest_IsRefusedWithAReason()
    {
        await _rig.StartAsync();

        AdminReply plain = await _rig.Control.PostAsync("/takeover");

        Assert.That(plain.Status, Is.EqualTo(HttpStatusCode.UpgradeRequired));
        Assert.That(plain.Error, Is.EqualTo("this is for 'l4balancer run --takeover', which says Upgrade"));
    }

    private async Task AssertServesAsync(ChildProcess daemon)
    {
        ConnectLoad load = new(_rig.Address, clients: 2);
        await load.MoreAsync(50);
        await load.StopAsync();
        AdminReply status = await _rig.Control.GetAsync("/status.json");
        Assert.That(load.Failures, Is.Empty);
        Assert.That(status.Json.GetProperty("pid").GetInt32(), Is.EqualTo(daemon.Id));
    }

    private static int Sockets(ChildProcess daemon) => Directory.GetFiles($"/proc/{daemon.Id}/fd")
        .Count(static fd => new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
}
