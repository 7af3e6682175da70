using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// What a client has sent before its session connects: the server hears of the connection by it. And what is sent
/// first and second over a fresh connection.
/// </summary>
public sealed class FirstBytesTests
{
    private const int Flows = 100;

    /// <summary>
    /// Connections whose first bytes may come behind the handshake's end all the same: the kernel holds that back for
    /// 200 ms, and the machine may stand still for longer.
    /// </summary>
    private const int AtMostAlone = 5;

    [Test]
    public async Task FirstBytes_CameBeforeTheConnect_WaitAtTheServerWhenItAccepts()
    {
        byte[] request = "a request"u8.ToArray();
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        int together = 0;
        for (int i = 0; i < Flows; i++)
        {
            using Socket client = await SendBeforeTheConnectAsync(balancer, request);

            using Socket accepted = await server.AcceptAsync();
            bool isWhole = accepted.Available == request.Length;
            if (isWhole && TcpInfo.Of(accepted) == new TcpInfo(SegmentsIn: 2, DataSegmentsIn: 1)) together++;
            Assert.That(await accepted.ReceiveExactlyAsync(request.Length), Is.EqualTo(request));
            await AssertAnswerAsync(accepted, client);
        }

        Assert.That(together, Is.AtLeast(Flows - AtMostAlone));
    }

    [Test]
    public async Task FirstBytes_OfTheServer_ReachAClientThatSendsNothing()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        for (int i = 0; i < Flows; i++)
        {
            using Socket client = NewClient();
            using (await HoldAsync(balancer)) await client.ConnectAsync(balancer.Address).Within();

            using Socket accepted = await server.AcceptAsync();
            await accepted.SendTextAsync("220 greeting");
            Assert.That(await client.ReceiveTextAsync(12), Is.EqualTo("220 greeting"));
            Assert.That(accepted.Available, Is.Zero);
        }
    }

    [Test]
    public async Task FirstBytes_ThereAreNoneButTheEnd_TheServerGetsTheEndAndAnswers()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        for (int i = 0; i < Flows; i++)
        {
            using Socket client = NewClient();
            using (await HoldAsync(balancer))
            {
                await client.ConnectAsync(balancer.Address).Within();
                client.Shutdown(SocketShutdown.Send);
            }

            using Socket accepted = await server.AcceptAsync();
            Assert.That(await accepted.ReceiveToEndAsync(), Is.Empty);
            await AssertAnswerAsync(accepted, client);
        }

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Flows);
        Assert.That(records.Select(static record => record.Reason), Is.All.EqualTo(CloseReason.Normal));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task FirstBytes_TheClientResetsBeforeTheConnect_NothingIsConnectedAndNothingLeft(bool ends)
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        ProcessView process = new(Environment.ProcessId);
        int descriptors = process.Descriptors;
        using (await HoldAsync(balancer))
        {
            for (int i = 0; i < Flows; i++)
            {
                Socket client = NewClient();
                await client.ConnectAsync(balancer.Address).Within();
                await client.SendTextAsync("never mind");
                if (ends) client.Shutdown(SocketShutdown.Send);
                client.Reset();
            }
        }

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Flows);
        Assert.Multiple(() =>
        {
            Assert.That(records.Select(static record => record.Reason), Is.All.EqualTo(CloseReason.ClientAbortConnect));
            Assert.That(records.Select(static record => record.Attempts), Is.All.Zero);
            Assert.That(server.HasWaiting, Is.False);
        });
        await Eventually.TrueAsync(
            () => process.Descriptors < descriptors + (Flows / 2), $"{descriptors} descriptors as before");
    }

    [Test]
    public async Task FirstBytes_TheFirstBackendRefuses_AllArriveAtTheSecond()
    {
        byte[] request = RandomStream.Bytes(1, 30_000);
        using TestServer good = new();
        await using RunningBalancer balancer =
            await RunningBalancer.StartAsync([TestServer.Closed(), good.EndPoint], shards: 1);
        int together = 0;
        for (int i = 0; i < Flows; i++)
        {
            using Socket client = await SendBeforeTheConnectAsync(balancer, request);

            using Socket accepted = await good.AcceptAsync();
            if (accepted.Available > 0) together++;
            byte[] received = await accepted.ReceiveExactlyAsync(request.Length);
            Assert.That(received.AsSpan().SequenceEqual(request), Is.True);
            await AssertAnswerAsync(accepted, client);
        }

        Assert.That(together, Is.AtLeast(Flows - AtMostAlone));
        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Flows);
        Assert.That(records.Select(static record => record.Attempts).Distinct(), Is.EquivalentTo([1, 2]));
    }

    /// <summary>Nagle's algorithm would hold the second of two small segments back; the first it never does.</summary>
    [TestCase(32)]
    [TestCase(0)]
    public async Task SecondBytes_ToTheServer_LeaveAtOnceAsTheFirstDo(int kernelPipes)
    {
        await using Link link = await Link.OpenAsync(new ShardOptions { MaxKernelPipes = kernelPipes }, shards: 1);
        TcpSession session = await link.SessionAsync();
        await link.Client.SendTextAsync("a");
        Assert.That(await link.Server.ReceiveTextAsync(1), Is.EqualTo("a"));
        Assert.That(NoDelay(session, client: false), Is.False, "to the server, before it matters");

        await link.Client.SendTextAsync("b");
        Assert.That(await link.Server.ReceiveTextAsync(1), Is.EqualTo("b"));
        Assert.That(NoDelay(session, client: false), Is.True, "to the server");
        Assert.That(NoDelay(session, client: true), Is.True, "to the client");
    }

    [Test]
    public async Task SecondBytes_AreSpliced_LeaveAtOnceToo()
    {
        // Two whole buffers make a burst bulk: the third send, and all after, are splices.
        await using Link link = await Link.OpenAsync(new ShardOptions { ReceiveBufferBytes = 1024 }, shards: 1);
        TcpSession session = await link.SessionAsync();
        byte[] sent = RandomStream.Bytes(1, 40_000);
        using (await link.HoldAsync()) await link.Client.SendAllAsync(sent).Within();

        Assert.That((await link.Server.ReceiveExactlyAsync(sent.Length)).AsSpan().SequenceEqual(sent), Is.True);
        await link.Client.SendTextAsync("b");
        Assert.That(await link.Server.ReceiveTextAsync(1), Is.EqualTo("b"));
        Assert.That(link.Counters(static counters => counters.Spliced), Is.Positive);
        Assert.That(NoDelay(session, client: false), Is.True);
    }

    private static bool NoDelay(TcpSession session, bool client)
    {
        using SafeSocketHandle handle = new(session.Source(fromClient: client).Fd, ownsHandle: false);
        using Socket view = new(handle);
        return view.NoDelay;
    }

    private static Socket NewClient() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>A client whose request has come when the shard takes its connection.</summary>
    private static async Task<Socket> SendBeforeTheConnectAsync(RunningBalancer balancer, byte[] request)
    {
        Socket client = NewClient();
        using (await HoldAsync(balancer))
        {
            await client.ConnectAsync(balancer.Address).Within();
            await client.SendAllAsync(request).Within();
        }

        return client;
    }

    private static Task<StuckShard> HoldAsync(RunningBalancer balancer) =>
        StuckShard.HoldAsync(balancer.Balancer.Shards.Single());

    private static async Task AssertAnswerAsync(Socket server, Socket client)
    {
        await server.SendTextAsync("an answer");
        server.Shutdown(SocketShutdown.Send);
        Assert.That(await client.ReceiveToEndAsync(), Is.EqualTo("an answer"u8.ToArray()));
        client.Close();
    }
}
