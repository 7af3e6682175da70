using System.Net.Sockets;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Many connections, one after the other and all at once.</summary>
public sealed class ManyConnectionsTests
{
    private const int ShortConnections = 10_000;
    private const int OpenConnections = 5_000;
    private const int AtOnce = 64;
    private const int WarmUp = 200;
    private const string Active = "l4balancer_connections_active{service=\"test\"}";

    /// <summary>What the daemon holds at most: two descriptors for each connection.</summary>
    private const int DescriptorsNeeded = (2 * OpenConnections) + 1000;

    private static readonly ParallelOptions Clients = new() { MaxDegreeOfParallelism = AtOnce };

    [Test]
    public async Task ShortConnections_TenThousand_NoneFails()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Flows = "errors" });

        await Parallel.ForAsync(0, ShortConnections, Clients, async (_, _) =>
            Assert.That(await HttpRequests.NameAsync(daemon.Address), Is.EqualTo(nginx.Name)));

        await nginx.LogsAsync(ShortConnections);
        Assert.Multiple(() =>
        {
            Assert.That(nginx.AccessLog, Has.Length.EqualTo(ShortConnections));
            Assert.That(daemon.Flows(), Is.Empty, "flows that ended badly");
        });
    }

    [Test]
    public async Task OpenConnections_FiveThousandAgainAndAgain_AreServedAndLeaveNothing()
    {
        const int Rounds = 3;
        const int GrowthKiB = 16 * 1024; // 10,000 sessions that leak their 1 KiB, and what each has on top, are more.

        if (ProcessView.OwnDescriptorLimit < DescriptorsNeeded) Assert.Ignore($"needs ulimit -n {DescriptorsNeeded}");
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Flows = "errors" });
        await OpenAskCloseAsync(daemon, nginx.Name, WarmUp);
        int before = daemon.View.Descriptors;

        long afterFirst = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            await OpenAskCloseAsync(daemon, nginx.Name, OpenConnections);
            await Eventually.TrueAsync(() => daemon.View.Descriptors <= before, $"{before} descriptors as before");
            if (round == 1) afterFirst = daemon.View.ResidentKiB;
        }

        Assert.That(daemon.View.ResidentKiB - afterFirst, Is.LessThan(GrowthKiB), "KiB more than after one round");
    }

    private static async Task OpenAskCloseAsync(DaemonProcess daemon, string expected, int connections)
    {
        Socket[] sockets = new Socket[connections];
        try
        {
            await Parallel.ForAsync(0, connections, Clients, async (i, _) =>
            {
                sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await sockets[i].ConnectAsync(daemon.Address).Within();
                Assert.That(await sockets[i].NameAsync(), Is.EqualTo(expected));
            });

            // Each once more, now that all are open.
            Assert.That(await daemon.MetricAsync(Active), Is.EqualTo(connections));
            await Parallel.ForAsync(0, connections, Clients, async (i, _) =>
                Assert.That(await sockets[i].NameAsync(), Is.EqualTo(expected)));
        }
        finally
        {
            foreach (Socket? socket in sockets) socket?.Dispose();
        }

        await Eventually.TrueAsync(() => daemon.MetricAsync(Active).Result == 0, "no connection is open");
    }
}
