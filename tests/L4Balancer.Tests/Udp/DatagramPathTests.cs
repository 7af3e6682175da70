using System.Net.Sockets;
using L4Balancer.Interop;
using L4Balancer.Telemetry;
using L4Balancer.Tests.Interop;
using L4Balancer.Udp;
using NUnit.Framework;

namespace L4Balancer.Tests.Udp;

/// <summary>What becomes of trains and datagrams that the kernel does not take, on real sockets.</summary>
public sealed class DatagramPathTests
{
    private readonly LooseSessions _sessions = new();
    private readonly OneWayPath _path = new();

    [SetUp]
    public void Forget() => _path.Forget();

    [OneTimeTearDown]
    public void DisposeBuffers()
    {
        _path.Dispose();
        _sessions.Dispose();
    }

    [Test]
    public async Task Send_KernelCutsTrains_TheyArriveWithOneMessage()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        UdpSession session = _sessions.Make(default);
        await _path.SendAsync(session, source.Fd, "aa", "bb", "c", "", "dd");

        Assert.That(await target.ReceiveTextsAsync(5), Is.EqualTo(["aa", "bb", "c", "", "dd"]));
        Assert.That((_path.Messages, _path.Sent, _path.SentBytes), Is.EqualTo((3, 5, 7)));
    }

    /// <summary>A socket without checksums (SO_NO_CHECK) cannot send trains: EINVAL.</summary>
    [Test]
    public async Task Send_KernelRefusesTrains_AllArriveInOrderOneByOneAndNoMoreAreTried()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        SetNoChecksums(source);
        UdpSession session = _sessions.Make(default);
        session.CutsToServer = true;
        await _path.SendAsync(session, source.Fd, "aa", "bb", "c", "", "dd", "ee", "f");

        Assert.That(await target.ReceiveTextsAsync(7), Is.EqualTo(["aa", "bb", "c", "", "dd", "ee", "f"]));
        Assert.That((_path.Sent, _path.SentBytes), Is.EqualTo((7, 10)));
        Assert.That(session.CutsToServer, Is.False);
        Assert.That(session.Home.Datagrams.Dropped(DatagramDrop.ServerUnreachable), Is.Zero);
    }

    [Test]
    public async Task Send_NobodyIsConnected_EveryDatagramIsCountedAsDropped()
    {
        using PlainSocket source = PlainSocket.OnLoopback();
        UdpSession session = _sessions.Make(default);
        long before = session.Home.Datagrams.Dropped(DatagramDrop.ServerUnreachable);
        await _path.SendAsync(session, source.Fd, "aa", "bb", "c", "", "dd");

        Assert.That(session.Home.Datagrams.Dropped(DatagramDrop.ServerUnreachable) - before, Is.EqualTo(5));
        Assert.That(_path.Sent, Is.Zero);
    }

    [Test]
    public async Task Send_MoreDatagramsThanMessagesFit_AllArrive()
    {
        using PlainSocket target = PlainSocket.OnLoopback();
        using PlainSocket source = PlainSocket.OnLoopback().ConnectedTo(target.Bound);
        string[] sent = [.. Enumerable.Range(0, 60).Select(static i => $"{i}"), "last"];
        await _path.SendAsync(_sessions.Make(default), source.Fd, asTrains: false, twice: true, sent);

        Assert.That(await target.ReceiveTextsAsync(2 * sent.Length), Is.EqualTo([.. sent, .. sent]));
        Assert.That(_path.Sent, Is.EqualTo(2 * sent.Length));
    }

    private static void SetNoChecksums(PlainSocket socket)
    {
        using SafeSocketHandle handle = new(socket.Fd, ownsHandle: false);
        using Socket same = new(handle);
        same.SetRawSocketOption(optionLevel: 1, optionName: 11, BitConverter.GetBytes(1));
    }

    /// <summary>A path of one session that counts what it has sent.</summary>
    private sealed class OneWayPath() : DatagramPath(withSenders: false)
    {
        private int _fd;

        public int Messages { get; private set; }

        public int Sent { get; private set; }

        public int SentBytes { get; private set; }

        public void Forget() => Messages = Sent = SentBytes = 0;

        public Task SendAsync(UdpSession session, int fd, params string[] texts) =>
            SendAsync(session, fd, asTrains: true, twice: false, texts);

        /// <summary>Receives datagrams with these texts and sends them by a socket.</summary>
        public async Task SendAsync(UdpSession session, int fd, bool asTrains, bool twice, string[] texts)
        {
            using PlainSocket server = PlainSocket.OnLoopback();
            using PlainSocket client = PlainSocket.OnLoopback().ConnectedTo(server.Bound);
            foreach (string text in texts) client.Send(text);
            await server.FillAsync(Batch, texts.Length);
            SlotChain chain = SlotChain.Empty;
            for (int slot = 0; slot < texts.Length; slot++) chain = Append(chain, slot);

            _fd = fd;
            AddChain(session, chain, asTrains);
            if (twice) AddChain(session, chain, asTrains);
            SendAll();
        }

        protected override void SendAll() => SendBy(_fd);

        protected override void Address(UdpSession session) => Messages++;

        protected override void CountSent(UdpSession session, int datagrams, int bytes)
        {
            Sent += datagrams;
            SentBytes += bytes;
        }

        protected override void StopTrains(UdpSession session) => session.CutsToServer = false;

        protected override bool OnFailed(UdpSession session, Errno error) => false;

        protected override DatagramDrop ReasonOf(Errno error) => DatagramDrop.ServerUnreachable;
    }
}
