using System.Net;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The probe against Redis and a mail server of Python's.</summary>
public sealed class SendExpectProbeTests
{
    private const string Password = "sesame";

    private const string MailServer =
        """
        import socket, sys
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        while True:
            client, _ = listener.accept()
            try:
                with client, client.makefile("rwb") as lines:
                    lines.write(b"220-wait\r\n220 mail.example.net ESMTP\r\n"); lines.flush()
                    for line in lines:
                        word = line.split()[0].upper()
                        answers = {b"EHLO": b"250-mail\r\n250 8BITMIME\r\n", b"QUIT": b"221 bye\r\n"}
                        lines.write(answers.get(word, b"502 what\r\n")); lines.flush()
                        if word == b"QUIT": break
            except OSError: pass # Who gives up early must not end it.
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private TempFolder _folder = null!;
    private ChildProcess _redis = null!;
    private ChildProcess _mail = null!;
    private IPEndPoint _redisAddress = null!;
    private IPEndPoint _mailAddress = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _redisAddress = new IPEndPoint(IPAddress.Loopback, UnusedPort.Next());
        _mailAddress = new IPEndPoint(IPAddress.Loopback, UnusedPort.Next());
        string[] options = ["--dir", _folder.Path, "--save", "", "--appendonly", "no", "--requirepass", Password];
        _redis = ChildProcess.Start(
            RealProgram.Find("redis-server"), ["--bind", "127.0.0.1", "--port", $"{_redisAddress.Port}", .. options]);
        _mail = ChildProcess.Start(RealProgram.Find("python3"), ["-c", MailServer, $"{_mailAddress.Port}"]);
        await _redis.ListensAsync(_redisAddress);
        await _mail.ListensAsync(_mailAddress);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        if (_mail is not null) await _mail.DisposeAsync();
        _folder?.Dispose();
    }

    [Test]
    public async Task Run_RedisWithItsPassword_Answers()
    {
        ProbeResult result = await RunAsync(
            _redisAddress, Step($"AUTH {Password}\r\n", "+OK"), Step("PING\r\n", "+PONG"));

        Assert.That(result.IsGood, Is.True, result.Text);
        Assert.That(result.Text, Does.Match(@"^answered after \d+\.\d m?s$"));
    }

    [Test]
    public async Task Run_RedisThatIsAPrimary_IsFoundByAnExpressionBehindThousandsOfBytes()
    {
        ProbeResult result = await RunAsync(
            _redisAddress,
            Step($"AUTH {Password}\r\n", "+OK"),
            Step("INFO\r\n", @"re:(?m)^role:master\r$") with { MinBytes = 2000 });

        Assert.That(result.IsGood, Is.True, result.Text);
    }

    [Test]
    public async Task Run_RedisWithoutThePassword_IsQuoted()
    {
        ProbeResult result = await RunAsync(_redisAddress, Short, Step("PING\r\n", "+PONG"));

        Assert.That(result.IsGood, Is.False);
        Assert.That(result.Text, Does.Match(
            @"^only ""-NOAUTH Authentication required\."".* came within .* m?s, without the expected ""\+PONG""$")
            .Or.Match(@"^only ""-NOAUTH Authentication required"".*"));
    }

    [Test]
    public async Task Run_AnswerToAnEarlierStep_DoesNotCount()
    {
        ProbeResult result = await RunAsync(
            _redisAddress, Short, Step($"AUTH {Password}\r\n", "+OK"), Step("PING\r\n", "+OK"));

        Assert.That(result.Text, Does.Match(
            @"^step 2 of 2: only ""\+PONG\\r\\n"" came within .* m?s, without the expected ""\+OK""$"));
    }

    [Test]
    public async Task Run_RedisOverPlainSendAndExpect_IsOneStep()
    {
        HealthConfig check = new()
        {
            Type = ProbeType.SendExpect, Send = "PING\r\n"u8.ToArray(), Expect = Pattern("NOAUTH"),
        };
        ProbeResult result = await RunAsync(_redisAddress, check, Timeout);

        Assert.That(result.IsGood, Is.True, result.Text);
    }

    [Test]
    public async Task Run_MailServer_IsTalkedTo()
    {
        ProbeResult result = await RunAsync(
            _mailAddress,
            Step("", @"re:(?m)^220 .*ESMTP\r$"),
            Step("", "mail.example.net"), // Looks at the same greeting: nothing was sent between.
            Step("EHLO probe\r\n", @"re:(?m)^250 "),
            Step("QUIT\r\n", "221"));

        Assert.That(result.IsGood, Is.True, result.Text);
    }

    [Test]
    public async Task Run_MailServerThatDoesNotKnowTheWord_FailsInItsStep()
    {
        ProbeResult result = await RunAsync(
            _mailAddress, Short, Step("", "220 "), Step("STARTTLS\r\n", "re:(?m)^220 "), Step("QUIT\r\n", "221"));

        Assert.That(result.Text, Does.Match(
            @"^step 2 of 3: only ""502 what\\r\\n"" came within .* m?s, without the expected ""re:\(\?m\)\^220 ""$"));
    }

    [Test]
    public async Task Run_AnswerInManyPieces_IsGivenUp()
    {
        using TestServer server = new();
        server.Serve(async socket =>
        {
            socket.NoDelay = true;
            while (true) await socket.SendAllAsync("x"u8.ToArray());
        });
        ProbeResult result = await RunAsync(server.EndPoint, Step("", "re:y$"));

        Assert.That(result.IsGood, Is.False);
        Assert.That(result.Text, Does.StartWith("too long an answer, only \"xxxx"));
    }

    private static ProbeStep Step(string send, string expect) => new()
    {
        Send = send.Length == 0 ? default : Encoding.UTF8.GetBytes(send), Expect = Pattern(expect),
    };

    private static AnswerPattern Pattern(string text) => text.StartsWith("re:", StringComparison.Ordinal)
        ? AnswerPattern.OfExpression(text["re:".Length..]).Pattern!
        : AnswerPattern.Of(Encoding.UTF8.GetBytes(text));

    private static Task<ProbeResult> RunAsync(IPEndPoint server, params ProbeStep[] steps) =>
        RunAsync(server, Timeout, steps);

    private static Task<ProbeResult> RunAsync(IPEndPoint server, TimeSpan timeout, params ProbeStep[] steps) =>
        RunAsync(server, new HealthConfig { Type = ProbeType.SendExpect, Steps = steps }, timeout);

    private static Task<ProbeResult> RunAsync(IPEndPoint server, HealthConfig check, TimeSpan timeout) =>
        new ProbeRunner(TimeProvider.System)
            .RunAsync(ProbeTargets.Of(server, check, timeout), CancellationToken.None).Within();
}
