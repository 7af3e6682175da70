using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Bytes that were given to the kernel to leave with an end, where no end but a reset follows.</summary>
public sealed class CorkedEndTests
{
    private static readonly byte[] Kilobytes = new byte[4096];

    [Test]
    public async Task Relay_ServerAnswersAndResetsAmidAnUpload_AnswerArrivesBeforeTheReset()
    {
        // So small a buffer that the relay of the upload has given up its turn whenever the shard runs what was posted.
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], shards: 1, options: new ShardOptions { MaxKernelPipes = 0, ReceiveBufferBytes = 16 });
        using Socket client = await balancer.ConnectAsync();
        using Socket accepted = await server.AcceptAsync();
        Task upload = client.UntilGoneAsync(static async socket =>
        {
            while (true) await socket.SendAllAsync(Kilobytes);
        });
        _ = accepted.UntilGoneAsync(static socket => socket.DiscardToEndAsync());
        await Eventually.TrueAsync(
            () => balancer.Counters(static counters => counters.ReceivedFromClients) > 100_000, "the upload");

        // The send learns of the reset, and takes it, before epoll is asked again.
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            accepted.Send("answer"u8);
            accepted.Reset();
        }

        Assert.That(await client.ReceiveTextAsync(6), Is.EqualTo("answer"));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.ServerAbort));
        client.Close();
        await upload.Within();
    }
}
