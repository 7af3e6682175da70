using System.Net;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What backends notice of being probed.</summary>
public sealed class ProbeTests
{
    private const int Probes = 50;
    private const string Unseen = "but one that stands still for 200 ms, when the kernel ends its handshake";

    private const string OftenProbed =
        """
        [service.test.health]
        interval = "10ms"
        """;

    [Test]
    public async Task Probe_OfNginx_LeavesNothingInItsLogs()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        int before = nginx.ErrorLog.Length;

        await ProbeOftenAsync(nginx.EndPoint);

        Assert.That(nginx.AccessLog, Is.Empty);
        Assert.That(nginx.ErrorLog[before..], Has.Length.LessThan(Probes / 10), Unseen);
    }

    [Test]
    public async Task Probe_OfAServerThatNeverAccepts_LeavesNothingInItsQueue()
    {
        using TestServer server = new();

        await ProbeOftenAsync(server.EndPoint);

        int seen = 0;
        for (; server.HasWaiting; seen++) (await server.AcceptAsync()).Dispose();
        Assert.That(seen, Is.LessThan(Probes / 10), Unseen);
    }

    private static async Task ProbeOftenAsync(IPEndPoint backend)
    {
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(backend) { Service = OftenProbed });
        await Eventually.TrueAsync(() => GoodProbes(daemon) >= Probes, $"{Probes} good probes");
    }

    private static double GoodProbes(DaemonProcess daemon)
    {
        string backend = daemon.File.Backends.Single();
        return daemon.MetricAsync(
            $"l4balancer_health_checks_total{{backend=\"{backend}\",pool=\"test\",result=\"success\"}}").Result;
    }
}
