using System.Collections.Concurrent;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// The daemon where descriptors are few, and UDP flows many: they take their share, never that of others.
/// </summary>
public sealed class UdpDescriptorTests
{
    private const int Few = 320;
    private const int Flows = 200;
    private const string Active = "l4balancer_udp_sessions_active{service=\"test\"}";

    [Test]
    public async Task Limit_BelowWhatTheRuntimeTakes_StartIsRefusedWithTheReason()
    {
        DaemonFile file = new("127.0.0.1:1") { Protocol = "udp" };
        (int code, string errors) = await DaemonProcess.FailAsync(file, descriptors: 64);

        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(errors.Split('\n'), Has.Length.EqualTo(1).And.Some.Contains("descriptors"));
        });
    }

    [Test]
    public async Task Limit_ReachedByUdpFlows_TcpIsServedAndTheRestOnceTheyAreOver()
    {
        ConcurrentQueue<Action> held = new();
        bool isSlow = true;
        using TestServer tcp = TestServer.Echo();
        using UdpServer udp = new((socket, bytes, sender) =>
        {
            if (Volatile.Read(ref isSlow)) held.Enqueue(() => socket.SendTo(bytes, sender));
            else socket.SendTo(bytes, sender);
        });
        DaemonFile file = new(udp.EndPoint) { Protocol = "udp" };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            file with
            {
                Service =
                    $"""
                    udp.responses = 1
                    [service.tcp]
                    listen = "{file.Address}"
                    backends = ["{tcp.EndPoint}"]
                    """,
            },
            Few);
        int places = (int)await daemon.MetricAsync("l4balancer_udp_sessions_limit{service=\"test\"}");
        Assert.That(places, Is.InRange(1, Few / 2));
        List<Socket> clients = [.. Enumerable.Range(0, Flows).Select(_ => daemon.Address.ConnectUdp())];
        try
        {
            clients.ForEach(static client => client.SendDatagram("ping"));
            await Eventually.TrueAsync(() => IsFull(daemon, places), $"{places} sessions, and the rest is dropped");
            await Eventually.TrueAsync(() => held.Count == places, "what was taken has arrived");
            for (int i = 0; i < 10; i++) await AssertTcpServedAsync(daemon);
            Assert.That(await daemon.PageAsync("/healthz"), Is.EqualTo("ok\n"));

            Volatile.Write(ref isSlow, false);
            while (held.TryDequeue(out Action? answer)) answer();
            await Eventually.TrueAsync(() => daemon.MetricAsync(Active).Result == 0, "every session is over");
            foreach (Socket client in clients)
            {
                while (client.Available > 0) client.ReceiveText(); // The answer to the first, where that was taken.
                Assert.That(client.Ask("ping"), Is.EqualTo("ping"));
            }
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        Assert.That(daemon.Child.Errors, Has.Some.Contains("drops new UDP flows"));
    }

    private static bool IsFull(DaemonProcess daemon, int places)
    {
        MetricsPage now = daemon.MetricsAsync().Result;
        double dropped = now["l4balancer_udp_datagrams_dropped_total{reason=\"limit\",service=\"test\"}"];
        return (now[Active], dropped) == (places, Flows - places);
    }

    private static async Task AssertTcpServedAsync(DaemonProcess daemon)
    {
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(daemon.Address).Within();
        await client.SendTextAsync("hello");
        Assert.That(await client.ReceiveTextAsync(5), Is.EqualTo("hello"));
    }
}
