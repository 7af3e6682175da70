using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Many connections, one after the other and all at once.</summary>
public sealed class ManyConnectionsTests
{
    private const int ShortConnections = 10_000;
    private const int OpenConnections = 5_000;
    private const int AtOnce = 64;

    /// <summary>What one process of this test holds at most: the daemon has two descriptors for each connection.</summary>
    private const int DescriptorsNeeded = (2 * OpenConnections) + 1000;

    private static readonly ParallelOptions Clients = new() { MaxDegreeOfParallelism = AtOnce };

    [Test]
    public async Task ShortConnections_TenThousand_NoneFails()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Flows = "errors" });

        await Parallel.ForAsync(0, ShortConnections, Clients, async (_, _) =>
            Assert.That(await HttpRequests.NameAsync(daemon.Address), Is.EqualTo(nginx.Name)));

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
        const int GrowthKiB = 16 * 1024; // Three rounds' worth of sessions that leak would be 15,000 times over 1 KiB, and more.

        if (ProcessView.OwnDescriptorLimit < DescriptorsNeeded) Assert.Ignore($"ulimit -n is below {DescriptorsNeeded}");
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Flows = "errors" });
        await HttpRequests.NameAsync(daemon.Address);
        await Eventually.TrueAsync(() => nginx.AccessLog.Length == 1, "the first request is over");
        int before = daemon.View.Descriptors;

        long afterFirst = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            await OpenAskCloseAsync(daemon, nginx.Name, before);
            await Eventually.TrueAsync(() => daemon.View.Descriptors <= before, $"{before} descriptors as before");
            if (round == 1) afterFirst = daemon.View.ResidentKiB;
        }

        Assert.That(daemon.View.ResidentKiB - afterFirst, Is.LessThan(GrowthKiB), "KiB more than after the first round");
    }

    private static async Task OpenAskCloseAsync(DaemonProcess daemon, string expected, int descriptorsBefore)
    {
        Socket[] sockets = new Socket[OpenConnections];
        try
        {
            await Parallel.ForAsync(0, OpenConnections, Clients, async (i, _) =>
            {
                sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await sockets[i].ConnectAsync(daemon.Address).Within();
                Assert.That(await sockets[i].NameAsync(), Is.EqualTo(expected));
            });

            // Each once more, now that all are open.
            Assert.That(daemon.View.Descriptors, Is.GreaterThanOrEqualTo(descriptorsBefore + (2 * OpenConnections)));
            await Parallel.ForAsync(0, OpenConnections, Clients, async (i, _) =>
                Assert.That(await sockets[i].NameAsync(), Is.EqualTo(expected)));
        }
        finally
        {
            foreach (Socket? socket in sockets) socket?.Dispose();
        }
    }
}
