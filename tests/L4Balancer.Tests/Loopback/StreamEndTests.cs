using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Ends of streams that are seen together with the bytes before them, since the shard stood still meanwhile: what a
/// receive may conclude from the hang-up, and what it may not.
/// </summary>
[TestFixtureSource(nameof(Paths))]
public sealed class StreamEndTests(bool fromClient, int kernelPipes, int bufferBytes)
{
    private const int Small = 4096; // Many of them wait in the kernel at once.
    private const int Usual = 64 * 1024;

    private static readonly object[] Paths =
    [
        .. from fromClient in (bool[])[true, false]
           from kernelPipes in (int[])[32, 0]
           from bufferBytes in (int[])[Small, Usual]
           select new object[] { fromClient, kernelPipes, bufferBytes },
    ];

    /// <summary>Around whole buffers: where a relay changes to splicing, and where others have their turn.</summary>
    private int[] Lengths =>
    [
        0, 1, 1000, .. from buffers in (int[])[1, 2, 3, 4, 14, 15, 16, 17]
                       from more in (int[])[-1, 0, 1]
                       select (buffers * bufferBytes) + more,
    ];

    [Test]
    public async Task End_ComesWithTheBytes_AllArriveAndThenTheEnd()
    {
        foreach (int length in Lengths)
        {
            await using Link link = await OpenAsync();
            (Socket source, Socket target) = link.Ends(fromClient);
            byte[] sent = RandomStream.Bytes((ulong)length, length);
            Task sending;
            using (await link.HoldAsync()) sending = SendAndEndAsync(source, sent);

            await AssertReceivesAsync(target, sent);
            await sending.Within();
            await AssertOtherDirectionEndsAsync(link, target, source);
        }
    }

    [Test]
    public async Task End_ComesWithUrgentData_NothingIsCutOrLost()
    {
        Random random = new(bufferBytes);
        for (int i = 0; i < 40; i++)
        {
            await using Link link = await OpenAsync();
            (Socket source, Socket target) = link.Ends(fromClient);
            byte[] sent = RandomStream.Bytes((ulong)i, random.Next(1, 4 * bufferBytes));
            int mark = i == 0 ? sent.Length - 1 : random.Next(sent.Length);
            Task sending;
            using (await link.HoldAsync())
            {
                sending = SendWithUrgentByteAsync(source, sent, mark, more: i % 2 == 0);
            }

            await AssertReceivesAsync(target, sent);
            await sending.Within();
            await AssertOtherDirectionEndsAsync(link, target, source);
        }
    }

    [Test]
    public async Task End_AResetFollowsIt_TheStreamHasEndedAsAWhole()
    {
        foreach (int length in Lengths.Where(static length => length < Usual / 2))
        {
            await using Link link = await OpenAsync();
            (Socket source, Socket target) = link.Ends(fromClient);
            byte[] sent = RandomStream.Bytes((ulong)length, length);
            using (await link.HoldAsync())
            {
                await SendAndEndAsync(source, sent).Within();
                source.Reset();
            }

            await AssertReceivesAsync(target, sent);
            target.Close();
            Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
        }
    }

    [Test]
    public async Task Reset_ComesWithTheBytes_TheyArriveAndThenTheReset()
    {
        foreach (int length in Lengths.Where(static length => length is > 0 and < Usual / 2))
        {
            await using Link link = await OpenAsync();
            (Socket source, Socket target) = link.Ends(fromClient);
            byte[] sent = RandomStream.Bytes((ulong)length, length);
            using (await link.HoldAsync())
            {
                await source.SendAllAsync(sent).Within();
                source.Reset();
            }

            Assert.That(
                (await target.ReceiveExactlyAsync(length)).AsSpan().SequenceEqual(sent), Is.True, $"{length} bytes");
            Assert.That(await target.EndAsync(), Is.EqualTo(SocketError.ConnectionReset), $"after {length} bytes");
            Assert.That(
                await link.ReasonAsync(), Is.EqualTo(fromClient ? CloseReason.ClientAbort : CloseReason.ServerAbort));
        }
    }

    [Test]
    public async Task End_OfOneDirection_TheOtherGoesOnForLong()
    {
        const int Pieces = 64;
        await using Link link = await OpenAsync();
        (Socket source, Socket target) = link.Ends(fromClient);
        byte[] sent = RandomStream.Bytes(1, Small + 1);
        using (await link.HoldAsync()) await SendAndEndAsync(source, sent).Within();
        await AssertReceivesAsync(target, sent);

        // One after the other, so that the direction stops and goes on between; some are small, some are spliced.
        for (int i = 0; i < Pieces; i++)
        {
            byte[] piece = RandomStream.Bytes((ulong)i, i % 3 == 0 ? 10 : i * bufferBytes / 4);
            Task sending = target.SendAllAsync(piece);
            Assert.That((await source.ReceiveExactlyAsync(piece.Length)).AsSpan().SequenceEqual(piece), Is.True);
            await sending.Within();
        }

        await AssertOtherDirectionEndsAsync(link, target, source);
    }

    private Task<Link> OpenAsync() => Link.OpenAsync(
        new ShardOptions { MaxKernelPipes = kernelPipes, ReceiveBufferBytes = bufferBytes }, shards: 1);

    private static async Task AssertReceivesAsync(Socket target, byte[] expected)
    {
        byte[] received = await target.ReceiveToEndAsync();
        Assert.That(received, Has.Length.EqualTo(expected.Length));
        Assert.That(received.AsSpan().SequenceEqual(expected), Is.True, $"{expected.Length} bytes as they were sent");
    }

    private static async Task AssertOtherDirectionEndsAsync(Link link, Socket source, Socket target)
    {
        byte[] answer = "an answer to the whole"u8.ToArray();
        await SendAndEndAsync(source, answer).Within();
        await AssertReceivesAsync(target, answer);
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    private static async Task SendAndEndAsync(Socket socket, byte[] bytes)
    {
        await socket.SendAllAsync(bytes);
        socket.Shutdown(SocketShutdown.Send);
    }

    /// <param name="socket">The socket.</param>
    /// <param name="bytes">The whole stream.</param>
    /// <param name="mark">Which of its bytes is urgent.</param>
    /// <param name="more">There is a second urgent byte, the last.</param>
    private static async Task SendWithUrgentByteAsync(Socket socket, byte[] bytes, int mark, bool more)
    {
        await socket.SendAllAsync(bytes.AsMemory(0, mark));
        await socket.SendAsync(bytes.AsMemory(mark, 1), SocketFlags.OutOfBand);
        ReadOnlyMemory<byte> rest = bytes.AsMemory(mark + 1);
        if (more && !rest.IsEmpty)
        {
            await socket.SendAllAsync(rest[..^1]);
            await socket.SendAsync(rest[^1..], SocketFlags.OutOfBand);
        }
        else
        {
            await socket.SendAllAsync(rest);
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
