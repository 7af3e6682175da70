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
            ProbeResult result =
                await TcpProbe.RunAsync(ProbeTargets.Tcp(server.EndPoint, Timeout), TimeProvider.System, CancellationToken.None);
            Assert.That(result.IsGood, Is.True, result.Text);
        }

        Assert.That(server.HasWaiting, Is.False);
    }

    [Test]
    public async Task Run_NobodyListens_RefusedWithTheTimeItTook()
    {
        ProbeResult result =
            await TcpProbe.RunAsync(ProbeTargets.Tcp(TestServer.Closed(), Timeout), TimeProvider.System, CancellationToken.None);

        Assert.That(result.IsGood, Is.False);
        Assert.That(result.Text, Does.Match(@"^connect refused after \d+\.\d ms$"));
    }

    [Test]
    public async Task Run_NoAnswer_FailsAtTheTimeout()
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        ProbeResult result = await TcpProbe.RunAsync(
            ProbeTargets.Tcp(hole.EndPoint, TimeSpan.FromMilliseconds(100)), TimeProvider.System, CancellationToken.None);

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
            probe = TcpProbe.RunAsync(ProbeTargets.Tcp(server.EndPoint, Timeout), TimeProvider.System, CancellationToken.None);
        }

        Assert.That((await probe).IsVerdict, Is.False);
    }

    [Test]
    public async Task Run_CancelledByTheCaller_Throws()
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        using CancellationTokenSource cancelled = new();
        Task<ProbeResult> probe = TcpProbe.RunAsync(ProbeTargets.Tcp(hole.EndPoint, Timeout), TimeProvider.System, cancelled.Token);
        await cancelled.CancelAsync();

        Assert.CatchAsync<OperationCanceledException>(() => probe.Within());
    }
}
