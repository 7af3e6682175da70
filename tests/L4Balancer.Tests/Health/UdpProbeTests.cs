using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The probe on real sockets, its timeout on a clock that a test moves.</summary>
public sealed class UdpProbeTests
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly HealthConfig Ping = new() { Type = ProbeType.Udp, Send = "ping"u8.ToArray() };
    private static readonly HealthConfig PingPong = Ping with { Expect = AnswerPattern.Of("pong"u8.ToArray()) };
    private static readonly HealthConfig NoReply = Ping with { Reply = false };

    private readonly ManualTime _time = new();
    private Socket _server = null!;

    [SetUp]
    public void Bind() => _server = Bound();

    [TearDown]
    public void Unbind() => _server.Dispose();

    [Test]
    public async Task Run_ServerAnswers_GoodWithTheTimeItTook()
    {
        Task<ProbeResult> probe = RunAsync(Ping);
        (string payload, EndPoint from) = await ReceiveAsync();
        await AnswerAsync("anything", from);

        ProbeResult result = await probe.Within();
        Assert.That(payload, Is.EqualTo("ping"));
        Assert.That((result.IsGood, result.Text), Is.EqualTo((true, "answered after 0.0 ms")));
    }

    [TestCase("pong")]
    [TestCase("a pong it is")]
    [TestCase("pongpong")]
    public async Task Run_AnswerWithWhatIsExpected_IsGoodAfterAnyOther(string answer)
    {
        Task<ProbeResult> probe = RunAsync(PingPong);
        (_, EndPoint from) = await ReceiveAsync();
        foreach (string wrong in new[] { "", "pon", "PONG" })
        {
            await AnswerAsync(wrong, from);
            await TakenAsync(from);
            Assert.That(probe.IsCompleted, Is.False, wrong);
        }

        await AnswerAsync(answer, from);
        Assert.That((await probe.Within()).IsGood, Is.True);
    }

    [TestCase("pon", "\"pon\"")]
    [TestCase("", "\"\"")]
    [TestCase("p\nn\u001B", "\"hex:700a6e1b\"")]
    [TestCase("0123456789012345678901234567890123456789", "\"01234567890123456789012345678901\"…")]
    public async Task Run_WrongAnswersAlone_FailAtTheTimeoutAndTheLastIsQuoted(string wrong, string quoted)
    {
        Task<ProbeResult> probe = RunAsync(PingPong);
        (_, EndPoint from) = await ReceiveAsync();
        foreach (string answer in new[] { "first", wrong })
        {
            await AnswerAsync(answer, from);
            await TakenAsync(from);
        }

        _time.Advance(ProbeTimeout);
        ProbeResult result = await probe.Within();
        string text = $"only {quoted} came within 2.0 s, without the expected \"pong\"";
        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, text)));
    }

    [Test]
    public async Task Run_WrongAnswersWithoutEnd_AreGivenUp()
    {
        Task<ProbeResult> probe = RunAsync(PingPong);
        (_, EndPoint from) = await ReceiveAsync();
        while (!probe.IsCompleted) await AnswerAsync("no", from);

        ProbeResult result = await probe;
        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, "1000 wrong answers after 0.0 ms")));
    }

    [Test]
    public async Task Run_AnswerLongerThanWhatIsRead_CountsByItsBeginning()
    {
        Task<ProbeResult> probe = RunAsync(PingPong);
        (_, EndPoint from) = await ReceiveAsync();
        await AnswerAsync("pong" + new string('x', 20_000), from);

        Assert.That((await probe.Within()).IsGood, Is.True);
    }

    [Test]
    public async Task Run_Silence_FailsAtTheTimeoutAndNotBefore()
    {
        Task<ProbeResult> probe = RunAsync(Ping);
        await ReceiveAsync();
        _time.Advance(ProbeTimeout - TimeSpan.FromMilliseconds(1));
        Assert.That(probe.IsCompleted, Is.False);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        ProbeResult result = await probe.Within();
        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, "no answer within 2.0 s")));
    }

    [Test]
    public async Task Run_NobodyListens_FailsAtOnceWhateverIsExpected(
        [Values] bool reply, [Values("", "ping")] string send)
    {
        EndPoint nowhere = _server.LocalEndPoint!;
        _server.Dispose();
        HealthConfig check = Ping with { Reply = reply, Send = Encoding.ASCII.GetBytes(send) };
        ProbeResult result = await RunAsync(check, nowhere).Within();

        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, "port unreachable after 0.0 ms")));
    }

    [Test]
    public async Task Run_NoReplyDue_SilenceIsGoodAtTheTimeout()
    {
        Task<ProbeResult> probe = RunAsync(NoReply);
        await ReceiveAsync();
        Assert.That(probe.IsCompleted, Is.False);

        _time.Advance(ProbeTimeout);
        ProbeResult result = await probe.Within();
        Assert.That((result.IsGood, result.Text), Is.EqualTo((true, "no error within 2.0 s")));
    }

    [Test]
    public async Task Run_NoReplyDue_AnyAnswerIsGoodAtOnce()
    {
        Task<ProbeResult> probe = RunAsync(NoReply);
        (_, EndPoint from) = await ReceiveAsync();
        await AnswerAsync("", from);

        Assert.That((await probe.Within()).IsGood, Is.True);
    }

    [Test]
    public async Task Run_NothingToSend_SendsAnEmptyDatagram()
    {
        Task<ProbeResult> probe = RunAsync(Ping with { Send = default });
        (string payload, EndPoint from) = await ReceiveAsync();
        await AnswerAsync("pong", from);

        Assert.That((payload, (await probe.Within()).IsGood), Is.EqualTo(("", true)));
    }

    [Test]
    public async Task Run_AnswerFromElsewhere_DoesNotCount()
    {
        Task<ProbeResult> probe = RunAsync(PingPong);
        (_, EndPoint from) = await ReceiveAsync();
        using Socket other = Bound();
        await other.ConnectAsync(from);
        await other.SendAsync("pong"u8.ToArray());

        // The kernel has not found anybody who would take it.
        SocketException refused = Assert.ThrowsAsync<SocketException>(
            async () => await other.ReceiveAsync(new byte[1]).Within());
        Assert.That(refused.SocketErrorCode, Is.EqualTo(SocketError.ConnectionRefused));
        Assert.That(probe.IsCompleted, Is.False);

        await AnswerAsync("pong", from);
        Assert.That((await probe.Within()).IsGood, Is.True);
    }

    [Test]
    public async Task Run_WithASource_ServerSeesIt()
    {
        Task<ProbeResult> probe = RunAsync(Ping with { Source = IpAddress.FromV4(0x7F000002) });
        (_, EndPoint from) = await ReceiveAsync();
        await AnswerAsync("anything", from);

        Assert.That(((IPEndPoint)from).Address.ToString(), Is.EqualTo("127.0.0.2"));
        Assert.That((await probe.Within()).IsGood, Is.True);
    }

    [Test]
    public async Task Run_CancelledByTheCaller_Throws()
    {
        using CancellationTokenSource cancelled = new();
        Task<ProbeResult> probe =
            UdpProbe.RunAsync(
                ProbeTargets.Of((IPEndPoint)_server.LocalEndPoint!, NoReply, ProbeTimeout), _time, cancelled.Token);
        await ReceiveAsync();
        await cancelled.CancelAsync();

        Assert.CatchAsync<OperationCanceledException>(() => probe.Within());
    }

    [Test]
    public async Task Run_OutOfDescriptors_IsNoVerdict()
    {
        Task<ProbeResult> probe;
        using (new NoDescriptors()) probe = RunAsync(NoReply);

        Assert.That((await probe.Within()).IsVerdict, Is.False);
    }

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private Task<ProbeResult> RunAsync(HealthConfig check, EndPoint? target = null) => UdpProbe.RunAsync(
        ProbeTargets.Of((IPEndPoint)(target ?? _server.LocalEndPoint!), check, ProbeTimeout), _time,
        CancellationToken.None);

    private async Task<(string Payload, EndPoint From)> ReceiveAsync()
    {
        byte[] buffer = new byte[2048];
        SocketReceiveFromResult received =
            await _server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0)).Within();
        return (Encoding.UTF8.GetString(buffer, 0, received.ReceivedBytes), received.RemoteEndPoint);
    }

    private async Task AnswerAsync(string text, EndPoint to) =>
        await _server.SendToAsync(Encoding.UTF8.GetBytes(text), to);

    /// <summary>
    /// Waits until the probe has read what was sent: nothing is left in its receive queue (proc(5), net/udp).
    /// </summary>
    private static Task TakenAsync(EndPoint probe) => Eventually.TrueAsync(
        () =>
        {
            string local = $"0100007F:{((IPEndPoint)probe).Port:X4}";
            string[]? row = File.ReadLines("/proc/net/udp")
                .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .SingleOrDefault(fields => fields[1] == local); // The table may leave out a row as others come and go.
            return row?[4] == "00000000:00000000";
        },
        "an empty receive queue");
}
