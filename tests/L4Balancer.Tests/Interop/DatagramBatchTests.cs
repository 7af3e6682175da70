using System.Net;
using System.Net.Sockets;
using L4Balancer.Interop;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Interop;

/// <summary>What a batch says of what it has received, with real sockets.</summary>
public sealed class DatagramBatchTests
{
    private readonly DatagramBatch _batch = new(slots: 16, withSenders: true);

    [OneTimeTearDown]
    public void DisposeBatch() => _batch.Dispose();

    [Test]
    public void Receive_NothingWaits_WouldBlock()
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        Assert.That(_batch.Receive(server.Fd, 0, 16).WouldBlock, Is.True);
    }

    [Test]
    public async Task Receive_Several_EachWithItsSizeAndSender()
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        using PlainSocket one = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        using PlainSocket other = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        int[] sizes = [5, 0, 1400, 65_507, 1];
        for (int i = 0; i < sizes.Length; i++) (i % 2 == 0 ? one : other).Send(new byte[sizes[i]]);

        await server.FillAsync(_batch, messages: 5);

        Assert.That(Enumerable.Range(0, 5).Select(_batch.Bytes), Is.EqualTo(sizes));
        Assert.That(Enumerable.Range(0, 5).Select(_batch.Datagrams), Is.All.EqualTo(1));
        Assert.That(Enumerable.Range(0, 5).Select(_batch.SegmentBytes), Is.All.Zero);
        PlainSocket[] senders = [one, other, one, other, one];
        Assert.That(
            Enumerable.Range(0, 5).Select(_batch.Sender), Is.EqualTo(senders.Select(static one => one.Bound)));
    }

    [Test]
    public async Task Receive_SeveralWait_OneCallTakesThemUpToTheNumberAskedFor()
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        await Eventually.TrueAsync(
            () =>
            {
                server.Discard(); // What an earlier try left.
                for (int i = 1; i <= 6; i++) client.Send(new byte[i]);
                return _batch.Receive(server.Fd, 3, 4).Value == 4;
            },
            "four with one call");
        Assert.That(Enumerable.Range(3, 4).Select(_batch.Bytes), Is.EqualTo([1, 2, 3, 4]));

        await server.FillAsync(_batch, messages: 2);
        Assert.That(Enumerable.Range(0, 2).Select(_batch.Bytes), Is.EqualTo([5, 6]));
    }

    [TestCase(20, 1200, 1200)]
    [TestCase(20, 1200, 1)]
    [TestCase(2, 9000, 8999)]
    [TestCase(64, 100, 100)]
    public async Task Receive_Train_ComesInOneSlotWithTheSizeOfItsSegments(int datagrams, int size, int last)
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        PlainSocket.Succeed(SocketOptions.ReceiveTrains(server.Fd));
        using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        PlainSocket.Succeed(SocketOptions.SegmentSize(client.Fd, size));
        client.Send(new byte[((datagrams - 1) * size) + last]);
        await server.FillAsync(_batch, messages: 1);

        Assert.That(
            (_batch.Bytes(0), _batch.Datagrams(0), _batch.SegmentBytes(0), _batch.Sender(0)),
            Is.EqualTo((((datagrams - 1) * size) + last, datagrams, size, client.Bound)));
    }

    [Test]
    public async Task Receive_SingleDatagramAfterATrainInTheSameSlot_IsOne()
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        PlainSocket.Succeed(SocketOptions.ReceiveTrains(server.Fd));
        using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        PlainSocket.Succeed(SocketOptions.SegmentSize(client.Fd, 10));
        client.Send(new byte[100]);
        await server.FillAsync(_batch, messages: 1);
        PlainSocket.Succeed(SocketOptions.SegmentSize(client.Fd, 0));
        client.Send(new byte[100]);
        await server.FillAsync(_batch, messages: 1);

        Assert.That((_batch.Datagrams(0), _batch.SegmentBytes(0)), Is.EqualTo((1, 0)));
    }

    [TestCase("0.0.0.0", "127.0.0.1")]
    [TestCase("0.0.0.0", "127.0.0.2")]
    [TestCase("::", "::1")]
    [TestCase("*", "::1")]
    [TestCase("*", "127.0.0.1")]
    [TestCase("*", "127.0.0.2")]
    public async Task Receive_SocketOfAllAddresses_SaysWhichOneWasWrittenToAndByWhom(string bound, string written)
    {
        if (bound != "0.0.0.0" && !Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        bool both = bound == "*";
        using PlainSocket server =
            new PlainSocket(both ? IPAddress.IPv6Any : IPAddress.Parse(bound), both).WithLocalAddresses();
        IpAddress target = IpAddress.From(IPAddress.Parse(written));
        IPAddress own = target.IsV4 ? IPAddress.Parse("127.0.0.3") : IPAddress.IPv6Loopback;
        using PlainSocket client = new PlainSocket(own).ConnectedTo(server.Bound with { Address = target });
        client.Send("x");
        await server.FillAsync(_batch, messages: 1);

        Assert.That((_batch.Local(0), _batch.Sender(0)), Is.EqualTo((target, client.Bound)));
    }

    [Test]
    public async Task Receive_ConnectedSocketWithoutSenders_TakesDatagramsAllTheSame()
    {
        using DatagramBatch batch = new(slots: 2, withSenders: false);
        using PlainSocket server = PlainSocket.OnLoopback();
        using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        server.ConnectedTo(client.Bound);
        client.Send("x");
        await server.FillAsync(batch, messages: 1);

        Assert.That(batch.Bytes(0), Is.EqualTo(1));
    }

    [Test]
    public async Task Send_ASlot_ItsBytesLeaveByAConnectedSocket()
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        client.Send("first");
        client.Send("second");
        await server.FillAsync(_batch, messages: 2);
        Assert.That(_batch.Send(client.Fd, 1).Value, Is.EqualTo(6));
        Assert.That(await server.ReceiveTextsAsync(1), Is.EqualTo(["second"]));
    }
}
