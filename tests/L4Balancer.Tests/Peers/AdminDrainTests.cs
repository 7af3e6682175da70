using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A real daemon that is taken out of service as a whole.</summary>
public sealed class AdminDrainTests
{
    private TestServer _server = null!;

    [SetUp]
    public void StartServer() => _server = TestServer.Echo();

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public async Task Drain_WithNotice_IsNotReadyAtOnceAndTakesClientsUntilItIsOver()
    {
        await using DaemonProcess daemon = await StartAsync();
        using AdminCaller control = daemon.Control;
        using Socket before = await ConnectAsync(daemon);

        AdminReply begun = await control.PostAsync("/drain", new { notice_seconds = 3600 });
        using Socket during = await ConnectAsync(daemon);
        AdminReply ready = await control.GetAsync("/ready");
        AdminReply over = await control.PostAsync("/drain", new { notice_seconds = 0 });

        Assert.Multiple(() =>
        {
            Assert.That(begun.Status, Is.EqualTo(HttpStatusCode.Accepted));
            Assert.That(begun.Json.GetProperty("phase").GetString(), Is.EqualTo("notice"));
            Assert.That(begun.Json.GetProperty("connections").GetInt32(), Is.EqualTo(1));
            Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(over.Json.GetProperty("phase").GetString(), Is.EqualTo("draining"));
            Assert.That(ChildProcesses.Accepts(daemon.Address), Is.False);
        });
        foreach (Socket open in new[] { before, during })
        {
            await open.SendTextAsync("on");
            Assert.That(await open.ReceiveTextAsync(2), Is.EqualTo("on"), "what is open goes on");
        }
    }

    [Test]
    public async Task Drain_LastConnectionGone_StaysAndSaysSoUntilItIsStopped()
    {
        await using DaemonProcess daemon = await StartAsync();
        using AdminCaller control = daemon.Control;
        Socket client = await ConnectAsync(daemon);
        await control.PostAsync("/drain");
        client.Dispose();

        await daemon.LoggedAsync("drained: no connection is left");

        JsonElement status = await control.JsonAsync("/status.json");
        Assert.Multiple(async () =>
        {
            Assert.That(status.GetProperty("phase").GetString(), Is.EqualTo("draining"));
            Assert.That(status.GetProperty("ready").GetBoolean(), Is.False);
            Assert.That(status.GetProperty("connections").GetProperty("open").GetInt32(), Is.Zero);
            Assert.That(daemon.Child.HasExited, Is.False);
            Assert.That(await daemon.TerminateAsync(), Is.Zero);
        });
    }

    [Test]
    public async Task Drain_NoticeOfTheConfiguration_IsWhatIsKeptWithoutAnother()
    {
        await using DaemonProcess daemon = await StartAsync("drain_notice = \"1h\"");
        using AdminCaller control = daemon.Control;

        AdminReply begun = await control.PostAsync("/drain", "{}");

        Assert.That(begun.Json.GetProperty("phase").GetString(), Is.EqualTo("notice"));
        Assert.That(ChildProcesses.Accepts(daemon.Address), Is.True);
    }

    [Test]
    public async Task Terminate_WithNotice_TakesClientsUntilASecondSignalEndsItAtOnce()
    {
        await using DaemonProcess daemon = await StartAsync("drain_notice = \"1h\"");
        using AdminCaller control = daemon.Control;

        Task<int> exit = daemon.TerminateAsync();
        await daemon.LoggedAsync("not ready any more");
        using Socket client = await ConnectAsync(daemon);
        Assert.That((await control.GetAsync("/ready")).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        daemon.Child.Signal(ChildProcess.SigTerm);

        Assert.That(await client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await exit, Is.Zero);
    }

    [Test]
    public async Task Terminate_WithAShortNotice_EndsByItself()
    {
        await using DaemonProcess daemon = await StartAsync("drain_notice = \"200ms\"");

        Assert.That(await daemon.TerminateAsync(), Is.Zero);

        Assert.That(daemon.Child.Errors, Has.Some.Contains("not ready any more").And.Some.Contains("ended; 0"));
    }

    [Test]
    public async Task Terminate_DuringALongNotice_KeepsTheConfiguredOneAlone()
    {
        await using DaemonProcess daemon = await StartAsync();
        using AdminCaller control = daemon.Control;
        await control.PostAsync("/drain", new { notice_seconds = 3600 });

        Assert.That(await daemon.TerminateAsync(), Is.Zero, "without waiting for an hour");
    }

    private Task<DaemonProcess> StartAsync(string global = "") =>
        DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint) { Global = global });

    private static async Task<Socket> ConnectAsync(DaemonProcess daemon)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(daemon.Address).Within();
        await socket.SendTextAsync("hello");
        Assert.That(await socket.ReceiveTextAsync(5), Is.EqualTo("hello"));
        return socket;
    }
}
