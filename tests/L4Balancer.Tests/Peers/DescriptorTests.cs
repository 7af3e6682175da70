using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The daemon where descriptors are few.</summary>
public sealed class DescriptorTests
{
    private const int Few = 320;
    private const double LittleCpu = 0.25; // A loop that spins takes a whole core.

    private static readonly TimeSpan Observed = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Limit_BelowWhatTheRuntimeTakes_StartIsRefusedWithTheReason()
    {
        (int code, string errors) = await DaemonProcess.FailAsync(new DaemonFile("127.0.0.1:1"), descriptors: 64);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(errors.Split('\n'), Has.Length.EqualTo(1).And.Some.Contains("descriptors"));
        });
    }

    [TestCase("")]
    [TestCase("max_connections = 1000000")]
    public async Task Limit_ReachedByFlows_TheRestWaitsAndIsServedLater(string configured)
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint) { Global = configured }, Few);
        await WarmUpAsync(daemon);
        int before = daemon.View.Descriptors;
        List<Socket> clients = await ConnectAsync(daemon, 64);
        try
        {
            await daemon.LoggedAsync("pauses accepting");
            Assert.Multiple(async () =>
            {
                Assert.That(await daemon.View.CpuShareAsync(Observed), Is.LessThan(LittleCpu), "share of a core");
                Assert.That(await daemon.PageAsync("/healthz"), Is.EqualTo("ok\n"));
            });

            // Each in its turn, as those before it make room.
            foreach (Socket client in clients)
            {
                Assert.That(await client.ReceiveTextAsync(4), Is.EqualTo("ping"));
                client.Dispose();
            }
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        await Eventually.TrueAsync(() => daemon.View.Descriptors <= before, $"{before} descriptors as before");
        await WarmUpAsync(daemon);
    }

    [Test]
    public async Task Descriptors_TakenAwayWhileItRuns_NeitherSpinsNorDiesAndServesAgain()
    {
        const int Left = 64;
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint));
        await WarmUpAsync(daemon);
        int before = daemon.View.Descriptors;
        daemon.View.LimitDescriptors(daemon.View.HighestDescriptor + 1 + Left - FreeBelow(daemon.View));

        List<Socket> clients = await ConnectAsync(daemon, Left, mayBeRefused: true);
        try
        {
            await daemon.LoggedAsync("pauses accepting: accept4");
            Assert.That(await daemon.View.CpuShareAsync(Observed), Is.LessThan(LittleCpu), "share of a core");
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        await Eventually.TrueAsync(() => daemon.View.Descriptors <= before, $"{before} descriptors as before");
        await WarmUpAsync(daemon);
    }

    /// <summary>A flow and a page: the runtime has then loaded what it needs for them.</summary>
    private static async Task WarmUpAsync(DaemonProcess daemon)
    {
        using (Socket socket = (await ConnectAsync(daemon, 1)).Single())
        {
            Assert.That(await socket.ReceiveTextAsync(4), Is.EqualTo("ping"));
        }

        Assert.That(await daemon.PageAsync("/healthz"), Is.EqualTo("ok\n"));
        await Eventually.TrueAsync(
            () => daemon.MetricAsync("l4balancer_connections_active").Result == 0, "no connection is open");
    }

    private static int FreeBelow(ProcessView view) => view.HighestDescriptor + 1 - view.Descriptors;

    /// <summary>Clients that have sent their request; the kernel takes them even where the daemon does not.</summary>
    /// <param name="daemon">Where to.</param>
    /// <param name="count">How many.</param>
    /// <param name="mayBeRefused">Accepted with the last descriptor, a client is reset: there is none for the server.</param>
    private static async Task<List<Socket>> ConnectAsync(DaemonProcess daemon, int count, bool mayBeRefused = false)
    {
        List<Socket> clients = [];
        for (int i = 0; i < count; i++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            clients.Add(socket);
            try
            {
                await socket.ConnectAsync(daemon.Address).Within();
                await socket.SendTextAsync("ping");
            }
            catch (SocketException) when (mayBeRefused)
            {
                continue;
            }
        }

        return clients;
    }
}
