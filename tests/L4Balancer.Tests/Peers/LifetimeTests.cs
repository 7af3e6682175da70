using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>How the process starts where another is, and how it ends.</summary>
public sealed class LifetimeTests
{
    [TestCase(1)]
    [TestCase(2)]
    public async Task Start_AddressInUseByAnotherDaemon_IsRefusedAndTheOtherGoesOn(int shards)
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        DaemonFile file = new(nginx.EndPoint) { Shards = shards };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file);

        (int code, string errors) = await DaemonProcess.FailAsync(file with { AdminPort = UnusedPort.Next() });

        Assert.Multiple(async () =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(errors, Does.Contain("address already in use"));
            for (int i = 0; i < 20; i++)
            {
                Assert.That(await HttpRequests.NameAsync(daemon.Address), Is.EqualTo(nginx.Name));
            }
        });
    }

    [Test]
    public async Task Terminate_FlowOpen_GoesOnToItsEndWhileNewConnectionsAreRefused()
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint));
        using Socket client = await ConnectAndEchoAsync(daemon);

        Task<int> exit = daemon.TerminateAsync();
        await Eventually.TrueAsync(() => !ChildProcesses.Accepts(daemon.Address), "new connections are refused");
        await client.SendTextAsync("still here");
        Assert.That(await client.ReceiveTextAsync(10), Is.EqualTo("still here"));
        Assert.That(daemon.Child.HasExited, Is.False);
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await client.EndAsync(), Is.Null, "a clean end");

        Assert.That(await exit, Is.Zero);
        FlowLine flow = daemon.Flows().Single(static flow => flow.ClientBytes > 0);
        Assert.That((flow.Reason, flow.ClientBytes, flow.ServerBytes), Is.EqualTo(("normal", 15L, 15L)));
    }

    [Test]
    public async Task Terminate_Twice_EndsAtOnce()
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint) { Global = "shutdown_drain = \"1h\"" });
        using Socket client = await ConnectAndEchoAsync(daemon);

        Task<int> exit = daemon.TerminateAsync();
        await daemon.LoggedAsync("draining");
        daemon.Child.Signal(ChildProcess.SigTerm);

        await AssertCutAsync(daemon, client, exit);
    }

    [Test]
    public async Task Terminate_FlowOutlastsTheDrain_IsCutOff()
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint) { Global = "shutdown_drain = \"200ms\"" });
        using Socket client = await ConnectAndEchoAsync(daemon);

        await AssertCutAsync(daemon, client, daemon.TerminateAsync());
    }

    private static async Task AssertCutAsync(DaemonProcess daemon, Socket client, Task<int> exit)
    {
        Assert.That(await client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await exit, Is.Zero);
        Assert.That(daemon.Flows().Single().Reason, Is.EqualTo("shutdown"));
    }

    private static async Task<Socket> ConnectAndEchoAsync(DaemonProcess daemon)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(daemon.Address).Within();
        await socket.SendTextAsync("hello");
        Assert.That(await socket.ReceiveTextAsync(5), Is.EqualTo("hello"));
        return socket;
    }
}
