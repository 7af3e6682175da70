using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// The daemon where accept4 fails a number of times and then works again, as it does when descriptors are exhausted and
/// freed. strace has the kernel's answer replaced; the client waits in the queue meanwhile.
/// </summary>
public sealed class AcceptErrorTests
{
    private const int Failures = 5;

    [TestCase("EMFILE")]
    [TestCase("ENFILE")]
    [TestCase("ENOBUFS")]
    [TestCase("ENOMEM")]
    [TestCase("EPERM")]
    public async Task Accept_FailsForWantOfSomething_PausesOnceAFailureAndThenServes(string error)
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon = await StartAsync(server, error);
        await RoundTripAsync(daemon);

        // One pause for each failure: it did not try again meanwhile.
        await daemon.LoggedAsync("pauses accepting: accept4");
        Assert.That(
            await daemon.MetricAsync("l4balancer_listener_pauses_total{cause=\"resource\""), Is.EqualTo(Failures));
    }

    [TestCase("ECONNABORTED")]
    [TestCase("EPROTO")]
    public async Task Accept_FailsForOneConnection_TakesTheNextAtOnce(string error)
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon = await StartAsync(server, error);
        await RoundTripAsync(daemon);

        Assert.That(await daemon.MetricAsync("l4balancer_accept_errors_total"), Is.EqualTo(Failures));
        Assert.That(await daemon.MetricAsync("l4balancer_listener_pauses_total"), Is.Zero);
    }

    private static Task<DaemonProcess> StartAsync(TestServer server, string error) => DaemonProcess.StartAsync(
        new DaemonFile(server.EndPoint) { Shards = 1 },
        [
            // As a grandchild, so that the daemon is this process's own child; only accept4 is stopped at.
            RealProgram.Find("strace"), "-D", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", "trace=accept4",
            "-e", $"inject=accept4:error={error}:when=1..{Failures}",
        ]);

    private static async Task RoundTripAsync(DaemonProcess daemon)
    {
        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(daemon.Address);
        await client.SendTextAsync("ping");
        Assert.That(await client.ReceiveTextAsync(4), Is.EqualTo("ping"));
    }
}
