using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// The last bytes of a stream are kept back for its end to leave with them; but for that alone, and never for longer.
/// </summary>
public sealed class LastBytesTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task LastBytes_TheEndCameWithThem_LeaveInOneSegmentWithIt(bool fromClient)
    {
        // More than half a window would be more segments than one, and the kernel does not keep the last of these back.
        foreach (int length in (int[])[1, 100, 1448, 16_384, 32_000])
        {
            await using Link link = await Link.OpenAsync(shards: 1);
            (Socket source, Socket target) = link.Ends(fromClient);
            TcpInfo before = TcpInfo.Of(target);
            using (await link.HoldAsync())
            {
                await source.SendAllAsync(RandomStream.Bytes(1, length)).Within();
                source.Shutdown(SocketShutdown.Send);
            }

            Assert.That(await target.ReceiveToEndAsync(), Has.Length.EqualTo(length));
            TcpInfo came = TcpInfo.Of(target) - before;
            Assert.That(came, Is.EqualTo(new TcpInfo(1, 1)), $"{length} bytes and the end");
        }
    }

    [Test]
    public async Task LastBytes_TheEndCameBeforeTheConnect_LeaveInOneSegmentWithItAndTheHandshakesAck()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            await client.ConnectAsync(balancer.Address).Within();
            await client.SendTextAsync("all");
            client.Shutdown(SocketShutdown.Send);
        }

        using Socket accepted = await server.AcceptAsync();
        Assert.That(await accepted.ReceiveToEndAsync(), Is.EqualTo("all"u8.ToArray()));
        Assert.That(TcpInfo.Of(accepted), Is.EqualTo(new TcpInfo(SegmentsIn: 2, DataSegmentsIn: 1)), "with the SYN");
    }

    [Test]
    public async Task LastBytes_TargetTakesAPartOfThem_TheRestAndTheEndFollow([Values] bool fromClient)
    {
        Random random = new(1);
        for (int i = 0; i < 5; i++)
        {
            // One receive takes all; what the target's buffer has no room for is held.
            await using Link link = await Link.OpenAsync(
                new ShardOptions { MaxKernelPipes = 0, ReceiveBufferBytes = 128 * 1024 }, shards: 1);
            (Socket source, Socket target) = link.Ends(fromClient);
            target.ReceiveBufferSize = 16 * 1024;
            await MakeSendBufferSmallAsync(link, fromClient);
            byte[] sent = RandomStream.Bytes((ulong)i, random.Next(40_000, 60_000));
            using (await link.HoldAsync())
            {
                await source.SendAllAsync(sent).Within();
                source.Shutdown(SocketShutdown.Send);
            }

            await Eventually.TrueAsync(
                () => link.Counters(static counters => counters.BackpressurePauses) == 1, "a pause");
            Assert.That((await target.ReceiveToEndAsync()).AsSpan().SequenceEqual(sent), Is.True);
        }
    }

    [TestCase(32)]
    [TestCase(0)]
    public async Task LastBytes_TargetReadsSlowly_AllAndThenTheEnd(int kernelPipes)
    {
        await using Link link = await Link.OpenAsync(new ShardOptions { MaxKernelPipes = kernelPipes });
        byte[] sent = RandomStream.Bytes(1, (24 << 20) + 12_345);
        Task sending = Task.Run(async () =>
        {
            await link.Client.SendAllAsync(sent);
            link.Client.Shutdown(SocketShutdown.Send);
        });
        await Eventually.TrueAsync(() => link.Counters(static counters => counters.BackpressurePauses) > 0, "a pause");

        Assert.That((await link.Server.ReceiveToEndAsync()).AsSpan().SequenceEqual(sent), Is.True);
        await sending.Within();
    }

    /// <summary>
    /// A server that answers and closes with a part of the upload unread, as many do that refuse one. The balancer
    /// learns of the reset when it sends the next part, which takes the error off the socket; what is left to see is
    /// an answer and a hang-up.
    /// </summary>
    [Test]
    public async Task LastBytes_SendToTheServerFoundItReset_TheAnswerBeforeStillArrives()
    {
        // So small a buffer that the upload goes on for many turns: after a hold it goes on before epoll is asked.
        await using Link link = await Link.OpenAsync(
            new ShardOptions { MaxKernelPipes = 0, ReceiveBufferBytes = 64 }, shards: 1);
        Task upload = link.Client.UntilGoneAsync(
            static socket => socket.SendAllAsync(RandomStream.Bytes(1, 1 << 20)));
        await link.Server.ReceiveExactlyAsync(1000);
        using (await link.HoldAsync())
        {
            await link.Server.SendTextAsync("refused");
            link.Server.Reset();
        }

        Assert.That(await link.Client.ReceiveTextAsync(7), Is.EqualTo("refused"));
        Assert.That(await link.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.ServerAbort));
        await upload.Within();
    }

    private static async Task MakeSendBufferSmallAsync(Link link, bool fromClient)
    {
        TcpSession session = await link.SessionAsync();
        using SafeSocketHandle handle = new(session.Target(fromClient).Fd, ownsHandle: false);
        using Socket view = new(handle);
        view.SendBufferSize = 2048;
    }
}
