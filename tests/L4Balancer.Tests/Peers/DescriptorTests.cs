using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// The daemon where descriptors are few. That flows never take the last of them is vital: without any the runtime
/// cannot start a thread, and ends the process ("Out of memory.") when it has to.
/// </summary>
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

            // Each leaves when it has been served, which makes room for another.
            await Task.WhenAll(clients.Select(static async client =>
            {
                Assert.That(await client.ReceiveTextAsync(4), Is.EqualTo("ping"));
                client.Dispose();
            }));
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

    /// <summary>Clients that have sent their request; the kernel takes them even where the daemon does not.</summary>
    private static async Task<List<Socket>> ConnectAsync(DaemonProcess daemon, int count)
    {
        List<Socket> clients = [];
        for (int i = 0; i < count; i++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            clients.Add(socket);
            await socket.ConnectAsync(daemon.Address).Within();
            await socket.SendTextAsync("ping");
        }

        return clients;
    }
}
