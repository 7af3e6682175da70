using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Systemd;

/// <summary>The daemon under a stand-in for systemd that keeps its descriptors.</summary>
internal sealed class DescriptorStoreTests
{
    private UpgradeRig _rig = null!;
    private SystemdStandIn _systemd = null!;

    private string Name => $"tcp-127.0.0.1_{_rig.Port}";

    [SetUp]
    public void Begin()
    {
        _rig = new UpgradeRig();
        _systemd = new SystemdStandIn();
    }

    [TearDown]
    public async Task End()
    {
        await _rig.DisposeAsync();
        await _systemd.DisposeAsync();
    }

    [Test]
    public async Task Start_EachListeningSocket_IsKeptBeforeTheServiceIsReady()
    {
        await StartAsync();

        string[] order =
        [
            .. _systemd.Messages.Select(static message => message.Split('\n')[0])
                .Where(static line => line is "FDSTORE=1" or "READY=1"),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(_systemd.Stored, Is.EqualTo([Name, Name]), "a socket for each shard");
            Assert.That(order, Is.EqualTo(["FDSTORE=1", "READY=1"]));
            Assert.That(_systemd.Messages[0], Is.EqualTo($"FDSTORE=1\nFDNAME={Name}\nFDPOLL=0"));
        });
    }

    [Test]
    public async Task Kill_UnderLoad_NobodyIsRefused()
    {
        ChildProcess first = await StartAsync();
        ConnectLoad load = new(_rig.Address);
        await load.MoreAsync(200);

        await first.KillAsync();
        await StartAsync();

        await load.MoreAsync(200);
        await load.StopAsync();
        Assert.That(load.Failures, Is.All.StartsWith("exchange: "), "those that it had accepted");
        Assert.That(load.Failures, Has.Count.LessThanOrEqualTo(8), "one of each client");
    }

    [Test]
    public async Task Restart_UnderLoad_NobodyIsRefusedOrReset()
    {
        ChildProcess daemon = await StartAsync();
        ConnectLoad load = new(_rig.Address);
        await load.MoreAsync(200);

        for (int i = 0; i < 3; i++)
        {
            daemon.Signal(ChildProcess.SigTerm);
            Assert.That(await daemon.ExitAsync(), Is.Zero);
            daemon = await StartAsync();
            await load.MoreAsync(100);
        }

        await load.StopAsync();
        Assert.That(load.Failures, Is.Empty);
        Assert.That(_systemd.Stored, Is.EqualTo([Name, Name]), "kept once, however often it starts");
    }

    [Test]
    public async Task Restart_FewerShards_EveryQueueIsServed()
    {
        ChildProcess daemon = await StartAsync();
        daemon.Signal(ChildProcess.SigTerm);
        await daemon.ExitAsync();
        string text = await File.ReadAllTextAsync(_rig.Config);
        await File.WriteAllTextAsync(_rig.Config, text.Replace("shards = 2", "shards = 1", StringComparison.Ordinal));
        ConnectLoad load = new(_rig.Address);

        await StartAsync();

        await load.MoreAsync(100);
        await load.StopAsync();
        Assert.That(load.Failures, Is.Empty);
    }

    [Test]
    public async Task Restart_AddressOverlapsTheFormer_ServesThere()
    {
        ChildProcess daemon = await StartAsync();
        daemon.Signal(ChildProcess.SigTerm);
        await daemon.ExitAsync();
        string text = await File.ReadAllTextAsync(_rig.Config);
        string wider = text.Replace($"\"127.0.0.1:{_rig.Port}", $"\"0.0.0.0:{_rig.Port}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(_rig.Config, wider);

        await StartAsync();

        ConnectLoad load = new(_rig.Address);
        await load.MoreAsync(50);
        await load.StopAsync();
        Assert.That(load.Failures, Is.Empty);
        string name = $"tcp-0.0.0.0_{_rig.Port}";
        Assert.That(_systemd.Stored, Is.EqualTo([name, name]), "the former address is kept no more");
    }

    [Test]
    public async Task Restart_EndedWhileItProbes_SocketsAreKeptForTheNext()
    {
        ChildProcess daemon = await StartAsync();
        daemon.Signal(ChildProcess.SigTerm);
        await daemon.ExitAsync();
        string before = await File.ReadAllTextAsync(_rig.Config);
        using TestServer blackHole = await TestServer.BlackHoleAsync();
        string probing = $"[service.web.health]\ntimeout = \"1h\"\nport = {blackHole.EndPoint.Port}\n";
        await File.WriteAllTextAsync(_rig.Config, before + probing);

        ChildProcess second = _rig.Add(_systemd.Launch(_rig.Config));
        await UpgradeRig.SaysAsync(second, "listens on");
        second.Signal(ChildProcess.SigTerm);
        await second.ExitAsync();

        Assert.That(_systemd.Stored, Is.EqualTo([Name, Name]));
        await File.WriteAllTextAsync(_rig.Config, before);
        await StartAsync();
    }

    [Test]
    public async Task Reload_ListenersComeAndGo_TheStoreFollows()
    {
        ChildProcess daemon = await StartAsync();
        int other = UnusedPort.Next();
        string otherName = $"tcp-127.0.0.1_{other}";

        _rig.Write(_rig.Service("web", _rig.Port), _rig.Service("other", other));
        daemon.Signal(ChildProcess.SigHup);
        await Eventually.TrueAsync(() => _systemd.Stored.Contains(otherName), "the new listener is kept");
        Assert.That(_systemd.Stored, Is.EquivalentTo([Name, Name, otherName, otherName]));

        _rig.Write(_rig.Service("other", other));
        daemon.Signal(ChildProcess.SigHup);
        await Eventually.TrueAsync(() => !_systemd.Stored.Contains(Name), "the old one is not");
        await Eventually.TrueAsync(() => !ChildProcesses.Accepts(_rig.Address), "its clients are refused");
        Assert.That(_systemd.Stored, Is.EqualTo([otherName, otherName]));
    }

    [Test]
    public async Task Restart_ListenerNoLongerConfigured_IsClosedHereAndThere()
    {
        ChildProcess daemon = await StartAsync();
        daemon.Signal(ChildProcess.SigTerm);
        await daemon.ExitAsync();
        _rig.Write(_rig.Service("web", UnusedPort.Next()));

        daemon = await StartAsync();

        // The log comes by another way than READY=1.
        await UpgradeRig.SaysAsync(daemon, $"127.0.0.1:{_rig.Port} ({Name}) and no service listens");
        Assert.Multiple(() =>
        {
            Assert.That(_systemd.Stored, Has.None.EqualTo(Name));
            Assert.That(ChildProcesses.Accepts(_rig.Address), Is.False);
        });
    }

    [Test]
    public async Task Drain_OfAnOperator_ClosesTheSocketsForGood()
    {
        await StartAsync();

        await _rig.Control.PostAsync("/drain");

        await Eventually.TrueAsync(() => !ChildProcesses.Accepts(_rig.Address), "clients are refused");
        Assert.That(_systemd.Stored, Is.Empty);
    }

    [Test]
    public async Task Start_SocketOfASocketUnit_IsServedAndNotKeptTwice()
    {
        using Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, _rig.Port));
        listening.Listen();
        _systemd.Listen("l4balancer.socket", listening);

        await StartAsync();

        ConnectLoad load = new(_rig.Address);
        await load.MoreAsync(50);
        await load.StopAsync();
        Assert.That(load.Failures, Is.Empty);
        Assert.That(_systemd.Stored, Is.EqualTo(["l4balancer.socket", Name]), "the second shard has one of its own");
    }

    /// <summary>systemd's own program for socket activation starts the daemon when the first client comes.</summary>
    [Test]
    public async Task Start_BySystemdSocketActivate_ServesTheClientThatCameBeforeIt()
    {
        string program = RealProgram.Find("systemd-socket-activate");
        (string runtime, string root) = DaemonProgram.Runtime;
        ChildProcess daemon = _rig.Add(ChildProcess.Start(
            program, ["-l", $"127.0.0.1:{_rig.Port}", "-E", $"{runtime}={root}", DaemonProgram.FullPath, "run",
                "--config", _rig.Config]));
        await daemon.ListensAsync(_rig.Address);

        ConnectLoad load = new(_rig.Address, clients: 1);
        await load.MoreAsync(20);
        await load.StopAsync();

        Assert.That(load.Failures, Is.Empty);
    }

    [Test]
    public async Task Restart_Repeated_LeavesNoDescriptorsBehind()
    {
        ChildProcess daemon = await StartAsync();
        List<int> descriptors = [];
        for (int i = 0; i < 3; i++)
        {
            daemon.Signal(ChildProcess.SigTerm);
            await daemon.ExitAsync();
            daemon = await StartAsync();
            descriptors.Add(SocketsOf(daemon));
        }

        Assert.That(descriptors, Is.All.EqualTo(descriptors[0]));
    }

    private async Task<ChildProcess> StartAsync() => _rig.Add(await _systemd.StartAsync(_rig.Config));

    private static int SocketsOf(ChildProcess daemon) => Directory.GetFiles($"/proc/{daemon.Id}/fd")
        .Count(static fd => new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
}
