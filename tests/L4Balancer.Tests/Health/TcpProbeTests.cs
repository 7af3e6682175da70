using System.Net;
using L4Balancer.Health;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The probe on real sockets.</summary>
public sealed class TcpProbeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Run_ServerListens_GoodAndNothingReachesItsAcceptQueue()
    {
        using TestServer server = new();
        for (int i = 0; i < 100; i++)
        {
            ProbeResult result = await RunAsync(server.EndPoint, Timeout);
            Assert.That(result.IsGood, Is.True, result.Text);
        }

        // The kernel holds the handshake's end back for 200 ms: of a probe that stands still for longer it is seen.
        int seen = 0;
        for (; server.HasWaiting; seen++) (await server.AcceptAsync()).Dispose();
        Assert.That(seen, Is.LessThan(10));
    }

    [Test]
    public async Task Run_NobodyListens_RefusedWithTheTimeItTook()
    {
        ProbeResult result = await RunAsync(TestServer.Closed(), Timeout);

        Assert.That(result.IsGood, Is.False);
        Assert.That(result.Text, Does.Match(@"^connect refused after \d+\.\d m?s$"));
    }

    [Test]
    public async Task Run_NoAnswer_FailsAtTheTimeout()
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        ProbeResult result = await RunAsync(hole.EndPoint, TimeSpan.FromMilliseconds(100));

        Assert.That(result.IsGood, Is.False);
        Assert.That(result.Text, Does.StartWith("no answer within "));
    }

    [Test]
    public async Task Run_OutOfDescriptors_IsNoVerdict()
    {
        using TestServer server = new();
        Task<ProbeResult> probe;
        using (new NoDescriptors())
        {
            probe = RunAsync(server.EndPoint, Timeout);
        }

        Assert.That((await probe).IsVerdict, Is.False);
    }

    [Test]
    public async Task Run_CancelledByTheCaller_Throws()
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        using CancellationTokenSource cancelled = new();
        Task<ProbeResult> probe = RunAsync(hole.EndPoint, Timeout, cancelled.Token);
        await cancelled.CancelAsync();

        Assert.CatchAsync<OperationCanceledException>(() => probe.Within());
    }

    private static Task<ProbeResult> RunAsync(
        IPEndPoint endpoint, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        TcpProbe.RunAsync(ProbeTargets.Tcp(endpoint, timeout), TimeProvider.System, cancellationToken);
}
