using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How streams and their ends pass through.</summary>
public sealed class RelayTests
{
    private static readonly byte[] Megabyte = Pattern(1 << 20);

    [Test]
    public async Task Relay_RequestAndReply_BothArriveAndAreCounted()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using (Socket client = await balancer.ConnectAsync())
        {
            await client.SendTextAsync("hello");
            Assert.That(await client.ReceiveTextAsync(5), Is.EqualTo("hello"));
        }

        FlowRecord record = await balancer.RecordAsync();
        Assert.Multiple(() =>
        {
            Assert.That(record.Reason, Is.EqualTo(CloseReason.Normal));
            Assert.That((record.ClientBytes, record.ServerBytes), Is.EqualTo((5L, 5L)));
            Assert.That(record.Backend, Is.EqualTo(server.EndPoint.ToString()));
            Assert.That(record.Attempts, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Relay_ClientHalfCloses_ReplyStillArrives()
    {
        await using Link link = await Link.OpenAsync();
        await link.Client.SendTextAsync("question");
        link.Client.Shutdown(SocketShutdown.Send);
        Assert.That(await link.Server.ReceiveToEndAsync(), Is.EqualTo("question"u8.ToArray()));

        await link.Server.SendTextAsync("answer");
        link.Server.Close();
        Assert.That(await link.Client.ReceiveToEndAsync(), Is.EqualTo("answer"u8.ToArray()));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    [Test]
    public async Task Relay_ServerHalfCloses_RequestStillArrives()
    {
        await using Link link = await Link.OpenAsync();
        await link.Server.SendTextAsync("banner");
        link.Server.Shutdown(SocketShutdown.Send);
        Assert.That(await link.Client.ReceiveToEndAsync(), Is.EqualTo("banner"u8.ToArray()));

        await link.Client.SendTextAsync("upload");
        link.Client.Close();
        Assert.That(await link.Server.ReceiveToEndAsync(), Is.EqualTo("upload"u8.ToArray()));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    [Test]
    public async Task Relay_ServerAborts_ClientGetsWhatCameBeforeAndThenTheReset()
    {
        await using Link link = await Link.OpenAsync();
        await link.Server.SendTextAsync("part");
        Assert.That(await link.Client.ReceiveTextAsync(4), Is.EqualTo("part"));
        link.Server.Reset();

        Assert.That(await link.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.ServerAbort));
    }

    [Test]
    public async Task Relay_ClientAborts_ServerGetsTheReset()
    {
        await using Link link = await Link.OpenAsync();
        await link.Client.SendTextAsync("part");
        Assert.That(await link.Server.ReceiveTextAsync(4), Is.EqualTo("part"));
        link.Client.Reset();

        Assert.That(await link.Server.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.ClientAbort));
    }

    [Test]
    public async Task Relay_BackendAcceptsThenResets_ClientIsReset()
    {
        using TestServer server = new TestServer().Serve(static socket =>
        {
            socket.Reset();
            return Task.CompletedTask;
        });
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        Assert.That(await balancer.EndOfClientAsync(), Is.EqualTo(SocketError.ConnectionReset));

        // Whether the reset comes before or after the connect was seen to succeed is the kernel's affair.
        CloseReason reason = (await balancer.RecordAsync()).Reason;
        Assert.That(reason, Is.EqualTo(CloseReason.ServerAbort).Or.EqualTo(CloseReason.ServerRefused));
    }

    [Test]
    public async Task Relay_ServerAnswersAndClosesBeforeReadingAll_WholeAnswerArrives()
    {
        await using Link link = await Link.OpenAsync();
        Task upload = link.Client.UntilGoneAsync(static socket => SendMegabytesAsync(socket, 64));
        await link.Server.ReceiveTextAsync(1);

        // A whole answer, its end, and a close with the upload unread, which the kernel turns into a reset.
        await link.Server.SendAllAsync(Megabyte);
        link.Server.Shutdown(SocketShutdown.Send);
        Assert.That(await link.Client.ReceiveExactlyAsync(Megabyte.Length), Is.EqualTo(Megabyte));
        link.Server.Close();

        await upload.Within();
        link.Client.Shutdown(SocketShutdown.Send);
        Assert.That(await link.Client.EndAsync(), Is.Null);
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    [Test]
    public async Task Relay_OneByteSegments_ArriveInOrder()
    {
        await using Link link = await Link.OpenAsync();
        byte[] sent = Pattern(2000);
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < sent.Length; i++) await link.Client.SendAsync(sent.AsMemory(i, 1));
        });
        Assert.That(await link.Server.ReceiveExactlyAsync(sent.Length), Is.EqualTo(sent));
        await sending.Within();
    }

    [Test]
    public async Task Relay_UrgentByteInStream_NeitherLostNorStalling()
    {
        await using Link link = await Link.OpenAsync();
        await link.Client.SendTextAsync("before");
        link.Client.Send("!"u8, SocketFlags.OutOfBand);
        await link.Client.SendTextAsync("after");
        Assert.That(await link.Server.ReceiveTextAsync(12), Is.EqualTo("before!after"));

        await link.Server.SendTextAsync("back");
        link.Server.Send("?"u8, SocketFlags.OutOfBand);
        await link.Server.SendTextAsync("wards");
        Assert.That(await link.Client.ReceiveTextAsync(10), Is.EqualTo("back?wards"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Relay_UrgentByteInBulk_NeitherLostNorStalling(bool ends)
    {
        await using Link link = await Link.OpenAsync();
        for (int burst = 0; burst < 20; burst++)
        {
            Task sending = SendWithUrgentByteAsync(link.Client, ends && burst == 19);
            byte[] received = await link.Server.ReceiveExactlyAsync((2 * Megabyte.Length) + 1);
            Assert.That(received.AsSpan()[Megabyte.Length], Is.EqualTo((byte)'!'));
            Assert.That(received.AsSpan()[..Megabyte.Length].SequenceEqual(Megabyte), Is.True);
            Assert.That(received.AsSpan()[(Megabyte.Length + 1)..].SequenceEqual(Megabyte), Is.True);
            await sending.Within();
        }

        if (ends) Assert.That(await link.Server.EndAsync(), Is.Null);
    }

    [TestCase(32)]
    [TestCase(0)]
    public async Task Relay_TargetDoesNotRead_HoldsLittleAndLosesNothing(int kernelPipes)
    {
        await using Link link = await Link.OpenAsync(new ShardOptions { MaxKernelPipes = kernelPipes });
        byte[] sent = Pattern(24 << 20);
        Task sending = link.Server.SendAllAsync(sent);

        // It stops reading: what it has taken no longer grows, and is less than what was sent.
        await Eventually.TrueAsync(() => link.Counters(static counters => counters.BackpressurePauses) > 0, "a pause");
        Assert.That(link.Counters(static counters => counters.ReceivedFromServers), Is.LessThan(sent.Length));

        Assert.That((await link.Client.ReceiveExactlyAsync(sent.Length)).AsSpan().SequenceEqual(sent), Is.True);
        await sending.Within();
        Assert.That(link.Counters(static counters => counters.Spliced) > 0, Is.EqualTo(kernelPipes > 0));
    }

    [Test]
    public async Task Relay_ClientAbortsWhileServerDoesNotRead_SessionEnds()
    {
        await using Link link = await Link.OpenAsync(
            change: service => service with { Timeouts = new() { HalfClose = TimeSpan.FromMilliseconds(50) } });
        _ = link.Client.UntilGoneAsync(static socket => SendMegabytesAsync(socket, 1000));
        await Eventually.TrueAsync(() => link.Counters(static counters => counters.BackpressurePauses) > 0, "a pause");
        link.Client.Reset();

        Assert.That(
            await link.ReasonAsync(), Is.EqualTo(CloseReason.HalfCloseTimeout).Or.EqualTo(CloseReason.ClientAbort));
    }

    [Test]
    public async Task Relay_ServerIsGoneAndClientSendsOn_OtherFlowsHaveTheirTurn()
    {
        // So small a buffer that it is full at every read, however slow the client.
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], shards: 1, options: new ShardOptions { MaxKernelPipes = 0, ReceiveBufferBytes = 64 });
        using Socket client = await balancer.ConnectAsync();
        Socket gone = await server.AcceptAsync();
        long sent = 0;
        Task sending = client.UntilGoneAsync(socket => SendMegabytesAsync(socket, int.MaxValue, () => sent++));
        gone.Shutdown(SocketShutdown.Send);
        gone.Close();
        await Eventually.TrueAsync(
            () => (sent << 20) > balancer.Counters(static counters => counters.ReceivedFromClients) + (48 << 20),
            "more sent than buffers hold");

        using Socket other = await balancer.ConnectAsync();
        using Socket otherServer = await server.AcceptAsync();
        await other.SendTextAsync("x");
        Assert.That(await otherServer.ReceiveTextAsync(1), Is.EqualTo("x"));
        client.Close();
        await sending.Within();
    }

    [Test]
    public async Task Relay_ManyFlowsAtOnce_NoByteCrosses()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => RoundTripsAsync(balancer, i))).Within();
    }

    private static async Task RoundTripsAsync(RunningBalancer balancer, int flow)
    {
        using Socket client = await balancer.ConnectAsync();
        Random random = new(flow);
        for (int i = 0; i < 10; i++)
        {
            byte[] sent = new byte[random.Next(1, 100_000)];
            random.NextBytes(sent);
            Task sending = client.SendAllAsync(sent);
            byte[] received = await client.ReceiveExactlyAsync(sent.Length);
            Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"flow {flow}");
            await sending;
        }
    }

    private static async Task SendWithUrgentByteAsync(Socket socket, bool last)
    {
        await socket.SendAllAsync(Megabyte);
        socket.Send("!"u8, SocketFlags.OutOfBand);
        await socket.SendAllAsync(Megabyte);
        if (last) socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task SendMegabytesAsync(Socket socket, int megabytes, Action? sent = null)
    {
        for (int i = 0; i < megabytes; i++)
        {
            await socket.SendAllAsync(Megabyte);
            sent?.Invoke();
        }
    }

    private static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
