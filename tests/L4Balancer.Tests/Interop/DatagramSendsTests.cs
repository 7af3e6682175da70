using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Interop;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Interop;

/// <summary>What leaves with one call arrives as it was put together, with real sockets.</summary>
public sealed class DatagramSendsTests
{
    private const int Segment = 500;

    private readonly DatagramBatch _batch = new(slots: 8, withSenders: true);
    private readonly DatagramSends _sends = new(maxMessages: 8, maxPieces: 256);

    [SetUp]
    public void ForgetMessages() => _sends.Clear();

    [OneTimeTearDown]
    public void DisposeBuffers()
    {
        _batch.Dispose();
        _sends.Dispose();
    }

    [Test]
    public async Task Send_SeveralMessages_ArriveInOrderWithOneCall()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("one", "", "three");
        for (int slot = 0; slot < 3; slot++) Add([slot], datagrams: 1, 0);

        Assert.That(_sends.Send(source.Fd).Value, Is.EqualTo(3));
        Assert.That(_sends.Position, Is.EqualTo(3));
        Assert.That(await target.ReceiveTextsAsync(3), Is.EqualTo(["one", "", "three"]));
    }

    [Test]
    public async Task Send_DifferentAddresses_EachGetsItsOwn()
    {
        using PlainSocket source = PlainSocket.OnLoopback();
        PlainSocket[] targets = [.. Enumerable.Range(0, 3).Select(static _ => PlainSocket.OnLoopback())];
        await FillAsync("0", "1", "2");
        for (int i = 0; i < 3; i++) Add([i], datagrams: 1, 0, targets[i].Bound);

        PlainSocket.Succeed(_sends.Send(source.Fd));
        for (int i = 0; i < 3; i++)
        {
            using PlainSocket target = targets[i];
            Assert.That(await target.ReceiveTextsAsync(1), Is.EqualTo([$"{i}"]));
        }
    }

    [TestCase(1)]
    [TestCase(Segment - 1)]
    [TestCase(Segment)]
    public async Task Send_Train_IsCutIntoItsDatagrams(int last)
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        string[] datagrams = [Text('a', Segment), Text('b', Segment), Text('c', Segment), Text('d', last)];
        await FillAsync([.. datagrams, "single"]);
        Add([0, 1, 2, 3], datagrams: 4, Segment);
        Add([4], datagrams: 1, 0);

        PlainSocket.Succeed(_sends.Send(source.Fd));
        Assert.That((_sends.Datagrams(0), _sends.Bytes(0)), Is.EqualTo((4, (3 * Segment) + last)));
        Assert.That(await target.ReceiveTextsAsync(5), Is.EqualTo([.. datagrams, "single"]));
    }

    [Test]
    public async Task Send_PartOfASlot_IsThatPart()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("abcdef");
        _sends.Begin();
        _sends.Append(_batch, slot: 0, offset: 2, bytes: 3);
        _sends.End(datagrams: 1, segmentBytes: 3);

        PlainSocket.Succeed(_sends.Send(source.Fd));
        Assert.That(await target.ReceiveTextsAsync(1), Is.EqualTo(["cde"]));
    }

    [Test]
    public async Task Send_OneIsTooLarge_FailsThereAndOnlyThatIsLost()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("one", Text('x', 40_000), "three");
        Add([0], datagrams: 1, 0);
        Add([1, 1], datagrams: 1, 0);
        Add([2], datagrams: 1, 0);

        Assert.That((_sends.Send(source.Fd).Error, _sends.Position), Is.EqualTo((Errno.EMSGSIZE, 1)));
        _sends.Skip();
        Assert.That((_sends.Send(source.Fd).Error, _sends.Position), Is.EqualTo((Errno.None, 3)));
        Assert.That(await target.ReceiveTextsAsync(2), Is.EqualTo(["one", "three"]));
    }

    [Test]
    public async Task Send_TheLastFails_IsToldToo()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("one", Text('x', 40_000));
        Add([0], datagrams: 1, 0);
        Add([1, 1], datagrams: 1, 0);

        Assert.That((_sends.Send(source.Fd).Error, _sends.Position), Is.EqualTo((Errno.EMSGSIZE, 1)));
    }

    [Test]
    public async Task SendSplit_TrainThatTheKernelRefuses_ArrivesOneByOneAndTheNextMessageAfterIt()
    {
        const int TooMany = 200; // UDP_MAX_SEGMENTS is 64 or 128.
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("ab", "c", "next");
        Add([.. Enumerable.Repeat(0, TooMany - 1), 1], TooMany, segmentBytes: 2);
        Add([2], datagrams: 1, 0);

        Assert.That((_sends.Send(source.Fd).Error, _sends.Position), Is.EqualTo((Errno.EINVAL, 0)));
        Assert.That(_sends.SendSplit(source.Fd, out _), Is.EqualTo((TooMany, (2 * TooMany) - 1)));
        PlainSocket.Succeed(_sends.Send(source.Fd));
        Assert.That(
            await target.ReceiveTextsAsync(TooMany + 1),
            Is.EqualTo([.. Enumerable.Repeat("ab", TooMany - 1), "c", "next"]));
    }

    [Test]
    public async Task SendSplit_PiecesThatAreTrains_AreCutAtTheirSegments()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("aabb", "ccd");
        Add([0, 1], datagrams: 4, segmentBytes: 2);

        Assert.That(_sends.SendSplit(source.Fd, out _), Is.EqualTo((4, 7)));
        Assert.That(await target.ReceiveTextsAsync(4), Is.EqualTo(["aa", "bb", "cc", "d"]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task SendSplit_TrainWithASourceAddress_KeepsIt(bool split)
    {
        using PlainSocket source = new(IPAddress.Any);
        using PlainSocket target = PlainSocket.OnLoopback();
        IpAddress from = IpAddress.From(IPAddress.Parse("127.0.0.2"));
        target.ConnectedTo(source.Bound with { Address = from });
        await FillAsync("aa", "bb");
        Add([0, 1], datagrams: 2, segmentBytes: 2, target.Bound, from);

        if (split) _sends.SendSplit(source.Fd, out _);
        else PlainSocket.Succeed(_sends.Send(source.Fd));
        Assert.That(await target.ReceiveTextsAsync(2), Is.EqualTo(["aa", "bb"]));
    }

    [TestCase("0.0.0.0", "127.0.0.2")]
    [TestCase("::", "::1")]
    [TestCase("*", "::1")]
    [TestCase("*", "127.0.0.2")]
    public async Task Send_FromAnAddressOfASocketOfAll_LeavesFromThere(string bound, string address)
    {
        if (bound != "0.0.0.0" && !Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        bool both = bound == "*";
        IpAddress from = IpAddress.From(IPAddress.Parse(address));
        using PlainSocket source = new(both ? IPAddress.IPv6Any : IPAddress.Parse(bound), both);

        // Connected, so that it takes nothing from elsewhere; on another address than the one written from.
        using PlainSocket target = new(from.IsV4 ? IPAddress.Loopback : IPAddress.IPv6Loopback);
        target.ConnectedTo(source.Bound with { Address = from });
        await FillAsync("x", "yy", "yy");
        Add([0], datagrams: 1, 0, target.Bound, from, v6: bound != "0.0.0.0");
        Add([1, 2], datagrams: 2, 2, target.Bound, from, v6: bound != "0.0.0.0");

        PlainSocket.Succeed(_sends.Send(source.Fd));
        Assert.That(await target.ReceiveTextsAsync(3), Is.EqualTo(["x", "yy", "yy"]));
    }

    [Test]
    public async Task Clear_AfterAddressesAndTrains_NothingOfThemIsLeft()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket elsewhere = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        await FillAsync("aa", "bb");
        Add([0, 1], datagrams: 2, segmentBytes: 1, elsewhere.Bound);
        _sends.Clear();
        Add([0, 1], datagrams: 1, 0);

        PlainSocket.Succeed(_sends.Send(source.Fd));
        Assert.That(await target.ReceiveTextsAsync(1), Is.EqualTo(["aabb"]));
        Assert.That(elsewhere.IsEmpty(), Is.True);
    }

    [Test]
    public void IsFull_AsManyMessagesAsThereIsRoomFor_True()
    {
        for (int i = 0; i < 8; i++)
        {
            Assert.That(_sends.IsFull, Is.False);
            _sends.Begin();
        }

        Assert.That((_sends.IsFull, _sends.Count), Is.EqualTo((true, 8)));
    }

    private static string Text(char letter, int length) => new(letter, length);

    /// <summary>Fills the slots from 0 on.</summary>
    private async Task FillAsync(params string[] texts)
    {
        using PlainSocket server = PlainSocket.OnLoopback();
        using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
        foreach (string text in texts) client.Send(Encoding.ASCII.GetBytes(text));
        await server.FillAsync(_batch, texts.Length);
    }

    /// <summary>Adds a message of whole slots.</summary>
    private void Add(
        int[] slots, int datagrams, int segmentBytes, IpEndpoint? to = null, IpAddress? from = null, bool v6 = false)
    {
        _sends.Begin();
        if (to is { } target) _sends.Address(target, from, v6);
        foreach (int slot in slots) _sends.Append(_batch, slot, 0, _batch.Bytes(slot));
        _sends.End(datagrams, segmentBytes);
    }
}
