using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What the watchdog relies on, and that one busy flow does not keep a shard to itself.</summary>
public sealed class ShardTests
{
    [Test]
    public async Task Answers_AShardIsStuck_FalseUntilItGoesOn()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 2);
        using ManualResetEventSlim stuck = new();
        balancer.Balancer.Shards[1].Post(stuck.Wait);

        Assert.That(await balancer.Balancer.AnswersAsync(TimeSpan.FromMilliseconds(50)), Is.False);
        stuck.Set();
        Assert.That(await balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(20)), Is.True);
    }

    [TestCase(32)]
    [TestCase(0)]
    public async Task Relay_OneFlowSendsWithoutEnd_OthersAreServedMeanwhile(int kernelPipes)
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], shards: 1, options: new() { MaxKernelPipes = kernelPipes });
        using Socket busy = await balancer.ConnectAsync();
        using CancellationTokenSource enough = new();
        Task flood = Task.WhenAll(
            busy.UntilGoneAsync(socket => FloodAsync(socket, enough.Token)),
            busy.UntilGoneAsync(static socket => socket.DiscardToEndAsync()));

        for (int i = 0; i < 50; i++) Assert.That(await balancer.RoundTripAsync("x"), Is.EqualTo("x"));

        await enough.CancelAsync();
        busy.Close();
        await flood.Within();
    }

    private static async Task FloodAsync(Socket socket, CancellationToken enough)
    {
        byte[] bytes = new byte[1 << 20];
        while (!enough.IsCancellationRequested) await socket.SendAllAsync(bytes);
    }
}
