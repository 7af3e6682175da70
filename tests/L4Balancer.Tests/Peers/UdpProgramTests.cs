using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Real programs that speak UDP, beside DNS.</summary>
public sealed class UdpProgramTests
{
    private const int Messages = 50;

    [Test]
    public async Task Syslog_OneWay_EveryMessageArrivesAndNothingComesBack()
    {
        string logger = RealProgram.Find("logger");
        using UdpServer first = UdpServer.Echo();
        using UdpServer second = UdpServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            new DaemonFile(first.EndPoint, second.EndPoint) { Protocol = "udp", Service = "udp.one_way = true" });

        string port = daemon.File.Port.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < Messages; i++)
        {
            await ChildProcess.RunAsync(
                logger, "--server", "127.0.0.1", "--port", port, "--udp", "--rfc3164", $"message {i} from a test");
        }

        string[] Arrived() =>
        [
            .. from datagram in first.Received.Concat(second.Received)
               let text = Encoding.UTF8.GetString(datagram.Bytes)
               select text[text.IndexOf("message", StringComparison.Ordinal)..],
        ];
        await Eventually.TrueAsync(() => Arrived().Length >= Messages, $"{Messages} messages");
        Assert.That(
            Arrived(), Is.EquivalentTo(Enumerable.Range(0, Messages).Select(static i => $"message {i} from a test")));
        Assert.That(first.Received, Is.Not.Empty);
        Assert.That(second.Received, Is.Not.Empty);
        MetricsPage metrics = await daemon.MetricsAsync();
        Assert.That(metrics["l4balancer_udp_datagrams_total{direction=\"from_server\""], Is.Zero);
        Assert.That(metrics["l4balancer_udp_datagrams_total{direction=\"to_client\""], Is.Zero);
    }

    /// <summary>iperf3 arranges its measurement by TCP and sends by UDP, to one and the same port.</summary>
    [TestCase("")]
    [TestCase("--reverse")]
    [TestCase("--bidir")]
    public async Task Iperf_UdpAndTcpOnOnePort_ArriveInOrderAndNothingIsDropped(string direction)
    {
        string iperf = RealProgram.Find("iperf3");
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        await using ChildProcess server = ChildProcess.Start(iperf, ["-s", "-B", "127.0.0.1", "-p", $"{address.Port}"]);
        await server.ListensAsync(address);
        DaemonFile file = new(address) { Protocol = "udp" };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file with
        {
            Service =
                $"""
                [service.tcp]
                listen = "{file.Address}"
                backends = ["{address}"]
                health.type = "none"
                """,
        });

        string[] load = ["-u", "-b", "20M", "-l", "1200", "-t", "2", "-J"];
        string[] way = direction.Length == 0 ? [] : [direction];
        string said =
            await ChildProcess.RunAsync(iperf, ["-c", "127.0.0.1", "-p", $"{daemon.File.Port}", .. load, .. way]);

        using JsonDocument report = JsonDocument.Parse(said);
        JsonElement[] streams =
        [
            .. report.RootElement.GetProperty("end").GetProperty("streams").EnumerateArray()
                .Select(static stream => stream.GetProperty("udp")),
        ];
        TestContext.Out.WriteLine(string.Join('\n', streams.Select(static stream => stream.GetRawText())));
        MetricsPage metrics = await daemon.MetricsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(streams.Select(static stream => stream.GetProperty("packets").GetInt32()), Is.All.Positive);
            Assert.That(streams.Select(static stream => stream.GetProperty("out_of_order").GetInt32()), Is.All.Zero);
            Assert.That(metrics["l4balancer_udp_datagrams_dropped_total"], Is.Zero);
        });
    }
}
