using System.Net;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>
/// Every kind of probe over a stream against every fault: what it finds, what it says, that it ends at its timeout and
/// closes its connection. The clock stands still until a test moves it.
/// </summary>
public sealed class ProbeFaultTests
{
    private const string Wrong = "SSH-2.0-what\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Unavailable = "HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nno\n";
    private const string LongBody = "HTTP/1.1 200 OK\r\n\r\nx";
    private const string Record = "\u0016\u0003\u0003\u0040\u0000\u0002\u0000\u003f\u00fc";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, HealthConfig> Kinds = new()
    {
        ["tcp"] = new HealthConfig(),
        ["tls"] = new HealthConfig { Type = ProbeType.Tls },
        ["http"] = new HealthConfig { Type = ProbeType.Http },
        ["https"] = new HealthConfig { Type = ProbeType.Http, Http = new HttpProbeConfig { Https = true } },
        ["body"] = new HealthConfig { Type = ProbeType.Http, Http = new HttpProbeConfig { Body = Pattern("pong") } },
        ["send_expect"] = new HealthConfig
        {
            Type = ProbeType.SendExpect, Send = "ping\r\n"u8.ToArray(), Expect = Pattern("pong"),
        },
        ["long"] = new HealthConfig
        {
            Type = ProbeType.SendExpect,
            Steps = [new ProbeStep { Send = "a"u8.ToArray() }, new ProbeStep { MinBytes = 100 }],
        },
    };

    private readonly ManualTime _time = new();

    [Test]
    public async Task Run_NobodyListens_IsRefused([Values("tcp", "tls", "http", "https", "send_expect")] string kind)
    {
        ProbeResult result = await RunAsync(kind, TestServer.Closed()).Within();

        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, "connect refused after 0.0 ms")));
    }

    [Test]
    public async Task Run_NoAnswerToTheConnect_FailsAtTheTimeoutAndNotBefore(
        [Values("tcp", "tls", "http", "https", "send_expect")] string kind)
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        Task<ProbeResult> probe = RunAsync(kind, hole.EndPoint);
        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.That(probe.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        ProbeResult result = await probe.Within();
        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, "no answer within 2.0 s")));
    }

    [TestCase("tls", "silence", "", "connected, but no TLS handshake within 2.0 s")]
    [TestCase("https", "silence", "", "connected, but no TLS handshake within 2.0 s")]
    [TestCase("http", "silence", "", "connected, but no HTTP answer within 2.0 s")]
    [TestCase("send_expect", "silence", "", "connected, but no answer within 2.0 s")]
    [TestCase("tls", "drip", Record, "connected, but no TLS handshake within 2.0 s")]
    [TestCase("http", "drip", Ok + "A: a", "connected, but no HTTP answer within 2.0 s")]
    [TestCase("body", "drip", LongBody, "200, but not the expected body within 2.0 s")]
    [TestCase("send_expect", "answer", Wrong,
        "only \"SSH-2.0-what\\r\\n\" came within 2.0 s, without the expected \"pong\"")]
    [TestCase("long", "answer", "short",
        "step 2 of 2: only \"short\" came within 2.0 s, 5 bytes of 100")]
    public async Task Run_AnswerThatDoesNotCome_FailsAtTheTimeoutAndNotBefore(
        string kind, string fault, string answer, string text)
    {
        using FaultyServer server = new(fault, answer);
        Task<ProbeResult> probe = RunAsync(kind, server.EndPoint);
        await server.Asked;
        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.That(probe.IsCompleted, Is.False);
        await server.TakenAsync();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        ProbeResult result = await probe.Within();
        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, text)));
        await server.Gone;
    }

    [TestCase("tls", "close", "", "connected, but no TLS handshake: connection closed after 0.0 ms")]
    [TestCase("tls", "reset", "", "connected, but no TLS handshake: connection reset after 0.0 ms")]
    [TestCase("tls", "answer", Wrong, "TLS handshake failed (the answer is not TLS) after 0.0 ms")]
    [TestCase("tls", "endless", "\u0016\u0003\u0003\u0000\u0001\u0000",
        "TLS handshake failed (the answer is not TLS) after 0.0 ms")]
    [TestCase("https", "answer", Unavailable, "TLS handshake failed (the answer is not TLS) after 0.0 ms")]
    [TestCase("http", "close", "", "connected, but no HTTP answer: connection closed after 0.0 ms")]
    [TestCase("http", "reset", "", "connected, but no HTTP answer: connection reset after 0.0 ms")]
    [TestCase("http", "answer", Wrong, "the answer is not HTTP: \"SSH-2.0-what\\r\\n\" after 0.0 ms")]
    [TestCase("http", "answer", Unavailable, "expected 200-399, got 503 after 0.0 ms")]
    [TestCase("http", "half", Ok, "connection closed before the HTTP answer was complete after 0.0 ms")]
    [TestCase("http", "endless", Ok + "A: a", "HTTP headers without end after 0.0 ms")]
    [TestCase("body", "endless", LongBody,
        "200, but no \"pong\" in its first 16384 bytes: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"… after 0.0 ms")]
    [TestCase("body", "half", Ok + "Content-Length: 9\r\n\r\npo",
        "connection closed before the HTTP answer was complete after 0.0 ms")]
    [TestCase("body", "half", Ok + "\r\npoing", "200, but no \"pong\" in the body: \"poing\" after 0.0 ms")]
    [TestCase("send_expect", "close", "", "connection closed after 0.0 ms, nothing came")]
    [TestCase("send_expect", "reset", "", "connected, but no answer: connection reset after 0.0 ms")]
    [TestCase("send_expect", "half", "pon",
        "connection closed after 0.0 ms, only \"pon\" came, without the expected \"pong\"")]
    [TestCase("send_expect", "endless", "po",
        "too long an answer, only \"p" + "ooooooooooooooooooooooooooooooo\"… came, without the expected \"pong\"")]
    public async Task Run_WrongAnswer_FailsAtOnce(string kind, string fault, string answer, string text)
    {
        using FaultyServer server = new(fault, answer);
        ProbeResult result = await RunAsync(kind, server.EndPoint).Within();

        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, text)));
        await server.Gone;
    }

    [TestCase("http", Ok + "Content-Length: 0\r\n\r\n", "200 after 1.9 s")]
    [TestCase("http", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" + Ok + "\r\n",
        "200 after 1.9 s")]
    [TestCase("body", Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\npo\r\n2\r\nng\r\n0\r\n\r\n", "200 after 1.9 s")]
    [TestCase("send_expect", "+pong\r\n", "answered after 1.9 s")]
    public async Task Run_SlowAnswerInTime_IsGood(string kind, string answer, string text)
    {
        using FaultyServer server = new("slow", answer);
        Task<ProbeResult> probe = RunAsync(kind, server.EndPoint);
        await server.Asked;
        _time.Advance(TimeSpan.FromMilliseconds(1900));
        server.Release();

        ProbeResult result = await probe.Within();
        Assert.That((result.IsGood, result.Text), Is.EqualTo((true, text)));
        await server.Gone;
    }

    [Test]
    public async Task Run_CancelledByTheCaller_Throws(
        [Values("tcp", "tls", "http", "https", "send_expect")] string kind)
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        using CancellationTokenSource cancelled = new();
        Task<ProbeResult> probe = RunAsync(kind, hole.EndPoint, cancelled.Token);
        await cancelled.CancelAsync();

        Assert.CatchAsync<OperationCanceledException>(() => probe.Within());
    }

    [Test]
    public async Task Run_OutOfDescriptors_IsNoVerdict([Values("tls", "http", "send_expect")] string kind)
    {
        using TestServer server = new();
        Task<ProbeResult> probe;
        using (new NoDescriptors()) probe = RunAsync(kind, server.EndPoint);

        Assert.That((await probe.Within()).IsVerdict, Is.False);
    }

    private static AnswerPattern Pattern(string text) => AnswerPattern.Of(System.Text.Encoding.UTF8.GetBytes(text));

    private Task<ProbeResult> RunAsync(
        string kind, IPEndPoint endpoint, CancellationToken cancellationToken = default) =>
        new ProbeRunner(_time).RunAsync(ProbeTargets.Of(endpoint, Kinds[kind], Timeout), cancellationToken);
}
