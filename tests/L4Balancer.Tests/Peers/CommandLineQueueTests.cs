using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What an operator sees of a queue of a real daemon.</summary>
public sealed class CommandLineQueueTests
{
    [Test]
    public async Task Queue_OfOneBackendWithAPlace_IsSeenEverywhere()
    {
        using TestServer server = TestServer.Echo();
        int port = UnusedPort.Next();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint)
        {
            Service = $$"""
                [service.limited]
                listen = "127.0.0.1:{{port}}"
                backends = [{ address = "{{server.EndPoint}}", max_connections = 1 }]
                queue = { size = 1, timeout = "10m" }
                """,
        });
        using Socket served = await ConnectAsync(port);
        await served.SendTextAsync("x");
        await served.ReceiveTextAsync(1);
        using Socket waiting = await ConnectAsync(port);
        await Eventually.TrueAsync(
            () => daemon.MetricAsync("l4balancer_pool_queue_length{pool=\"limited\"}").Result == 1, "it waits");
        Assert.That(await EndOfClientAsync(port), Is.EqualTo(SocketError.ConnectionReset));

        Assert.That(
            (await daemon.AskAsync("backend", "list")).Output, Does.Match(@"(?m)^limited/\S+ +up .* 1/1 "));
        Assert.That((await daemon.AskAsync("status")).Output, Does.Match(@"(?m)^limited +2 \(1 queued\) "));
        Assert.That((await daemon.AskAsync("connections")).Output, Does.Match(@"(?m) limited .* - +queued "));
        JsonElement status = JsonDocument.Parse(await daemon.PageAsync("/status.json")).RootElement;
        JsonElement queue = status.GetProperty("services").EnumerateArray()
            .Single(static one => one.GetProperty("name").GetString() == "limited").GetProperty("queue");
        Assert.That(
            (queue.GetProperty("waiting").GetInt32(), queue.GetProperty("size").GetInt32()), Is.EqualTo((1, 1)));

        served.Close();
        await waiting.SendTextAsync("y");
        Assert.That(await waiting.ReceiveTextAsync(1), Is.EqualTo("y"));
        waiting.Close();

        IReadOnlyList<FlowLine> flows = await daemon.FlowsAsync(3);
        Assert.That(
            flows.Select(static flow => (flow.Reason, Waited(flow) > 0)),
            Is.EquivalentTo([("limit", false), ("normal", false), ("normal", true)]));
        MetricsPage metrics = await daemon.MetricsAsync();
        Assert.That(
            new[] { "served", "full", "timeout" }.Select(result =>
                metrics[$"l4balancer_pool_queue_total{{pool=\"limited\",result=\"{result}\"}}"]),
            Is.EqualTo([1, 1, 0]));
        Assert.That(metrics["l4balancer_pool_queue_wait_seconds_count{pool=\"limited\"}"], Is.EqualTo(1));
        Assert.That(metrics["l4balancer_pool_queue_length{pool=\"limited\"}"], Is.Zero);
        Assert.That(metrics["l4balancer_backend_connections_max{"], Is.EqualTo(1), "the other has no limit");
    }

    private static double Waited(FlowLine flow) =>
        double.Parse(flow.Fields["queue_ms"], CultureInfo.InvariantCulture);

    /// <summary>How a client is turned away; its connect may see that already.</summary>
    private static async Task<SocketError?> EndOfClientAsync(int port)
    {
        try
        {
            using Socket client = await ConnectAsync(port);
            return await client.EndAsync();
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync("127.0.0.1", port);
        return client;
    }
}
