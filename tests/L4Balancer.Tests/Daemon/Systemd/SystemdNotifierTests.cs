using System.Net.Sockets;
using System.Text;
using L4Balancer.Daemon.Systemd;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Systemd;

/// <summary>What arrives at a real notification socket.</summary>
internal sealed class SystemdNotifierTests
{
    private Socket _systemd = null!;
    private string _path = "";

    [SetUp]
    public void Listen()
    {
        _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        _systemd = Open(_path);
    }

    [TearDown]
    public void Close()
    {
        _systemd.Dispose();
        File.Delete(_path);
    }

    [Test]
    public void Send_EachState_IsOneDatagram()
    {
        using SystemdNotifier notifier = new(_path);

        bool[] sent =
        [
            notifier.Ready("serving 1 service"),
            notifier.Status("busy"),
            notifier.Watchdog(),
            notifier.Stopping(TimeSpan.FromSeconds(45), "draining 3 connections"),
        ];

        Assert.Multiple(() =>
        {
            Assert.That(sent, Has.All.True);
            Assert.That(Receive(_systemd), Is.EqualTo("READY=1\nSTATUS=serving 1 service"));
            Assert.That(Receive(_systemd), Is.EqualTo("STATUS=busy"));
            Assert.That(Receive(_systemd), Is.EqualTo("WATCHDOG=1"));
            Assert.That(Receive(_systemd), Is.EqualTo(
                "STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000\nSTATUS=draining 3 connections"));
        });
    }

    [Test]
    public void Send_AbstractSocket_Arrives()
    {
        string name = Path.GetRandomFileName();
        using Socket systemd = Open($"\0{name}");
        using SystemdNotifier notifier = new($"@{name}");

        notifier.Watchdog();

        Assert.That(Receive(systemd), Is.EqualTo("WATCHDOG=1"));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("vsock:2:1234")]
    public void Send_NoSocket_DoesNothing(string? address)
    {
        using SystemdNotifier notifier = new(address);

        Assert.That(notifier.Watchdog(), Is.True);
    }

    [Test]
    public void Send_NobodyListens_ReturnsFalse()
    {
        using SystemdNotifier notifier = new(_path + ".gone");

        Assert.That(notifier.Watchdog(), Is.False);
    }

    [Test]
    public void Send_QueueFull_ReturnsFalseInsteadOfWaiting()
    {
        using SystemdNotifier notifier = new(_path);

        Assert.That(Enumerable.Range(0, 100_000).Any(_ => !notifier.Watchdog()), Is.True);
    }

    [Test]
    public async Task Run_UnderSystemd_SaysReadyThenAliveThenStopping()
    {
        string config =
            $"[admin]\nlisten = \"\"\n[service.web]\nlisten = \"127.0.0.1:{UnusedPort.Next()}\"\n"
            + "health.type = \"none\"\nbackends = [\"127.0.0.1:9\"]\n";
        using DaemonCommand daemon = await DaemonCommand.ServeAsync(
            config, environment: [("NOTIFY_SOCKET", _path), ("WATCHDOG_USEC", "200000")]);

        List<string> received = [];
        await Eventually.TrueAsync(
            () => _systemd.Available > 0 && Add(received) == "WATCHDOG=1" && received.Count > 1,
            "READY=1 and WATCHDOG=1");
        while (_systemd.Available > 0) Add(received); // Or there may be no room for what is told of the end.
        daemon.Signal(ChildProcess.SigTerm);
        await daemon.EndAsync();
        while (_systemd.Available > 0) Add(received);

        Assert.Multiple(() =>
        {
            Assert.That(received, Has.One.EqualTo("READY=1\nSTATUS=serving 1 service"));
            Assert.That(received.Where(text => text.StartsWith("STOPPING=1\n", StringComparison.Ordinal)),
                Has.One.Items);
        });
    }

    private string Add(List<string> received)
    {
        received.Add(Receive(_systemd));
        return received[^1];
    }

    private static Socket Open(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
