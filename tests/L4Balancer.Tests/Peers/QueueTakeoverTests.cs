using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Who waits in the queue of a process whose place another one takes.</summary>
internal sealed class QueueTakeoverTests
{
    [Test]
    public async Task Takeover_WhileOneWaits_HeIsServedByTheProcessThatHeCameTo()
    {
        using TestServer server = TestServer.Echo();
        await using UpgradeRig rig = new();
        rig.Write($$"""

            [service.web]
            listen = "127.0.0.1:{{rig.Port}}"
            backends = [{ address = "{{server.EndPoint}}", max_connections = 1 }]
            queue = { size = 5, timeout = "10m" }
            """);
        ChildProcess first = await rig.StartAsync();
        using Socket served = await ConnectAsync(rig);
        await served.SendTextAsync("s");
        Assert.That(await served.ReceiveTextAsync(1), Is.EqualTo("s"));
        using Socket waiting = await ConnectAsync(rig);
        await waiting.SendTextAsync("w");
        using HttpClient http = new();
        await Eventually.TrueAsync(
            () => http.GetStringAsync($"http://127.0.0.1:{rig.AdminPort}/metrics").Result
                .Contains("l4balancer_pool_queue_length{pool=\"web\"} 1", StringComparison.Ordinal),
            "it waits");

        await rig.StartAsync("--takeover");
        await UpgradeRig.SaysAsync(first, "the successor serves now");
        served.Close();

        Assert.That(await waiting.ReceiveTextAsync(1), Is.EqualTo("w"));
        waiting.Close();
        Assert.That(await first.ExitAsync(), Is.Zero);
        Assert.That(UpgradeRig.Says(first, "ended; 0 connections cut off"));
    }

    private static async Task<Socket> ConnectAsync(UpgradeRig rig)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(rig.Address);
        return client;
    }
}
