using System.Net.Sockets;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Interop;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>
/// Whatever a server answers, a probe comes to a result with a text that can be shown, and leaves nothing behind.
/// </summary>
public sealed class ProbeFuzzTests
{
    private const int Answers = 300;
    private const int MostText = 400;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly string[] Pieces =
    [
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 ", "HTTP/1.0 404\r\n", "HTTP/2 200\r\n", "200", " OK", "\r\n", "\n",
        "\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n",
        "HTTP/1.1 999 ?\r\n\r\n", "HTTP/1.1 301 x\r\nLocation: ://\r\n\r\n", "Content-Length: 4\r\n",
        "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: 4, 5\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "4\r\npong\r\n0\r\n\r\n", "ffffffffff\r\n",
        "-1\r\n", "0\r\n", "Set-Cookie: a=b\r\n", "X: \u00ff\u0000\r\n", ": nothing\r\n", " folded\r\n", "pong",
        "\u001b[31m",
        "\u0016\u0003\u0003\u0000\u0004\u0002\u0000\u0000\u0000", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028",
        "\u0016\u0003\u0001\u0002\u0000", "\u0000\u0000\u0000",
    ];

    private static readonly Dictionary<string, HealthConfig> Kinds = new()
    {
        ["http"] = new HealthConfig { Type = ProbeType.Http },
        ["body"] = new HealthConfig
        {
            Type = ProbeType.Http,
            Http = new HttpProbeConfig { Body = AnswerPattern.OfExpression("p(o|0)ng").Pattern! },
        },
        ["tls"] = new HealthConfig { Type = ProbeType.Tls },
        ["send_expect"] = new HealthConfig
        {
            Type = ProbeType.SendExpect, Send = "ping"u8.ToArray(), Expect = AnswerPattern.Of("pong"u8.ToArray()),
        },
    };

    [Test]
    public async Task Run_AnyAnswer_ComesToAResultAndLeavesNothingBehind([Values(0, 1, 2, 3)] int seed)
    {
        Random random = new(seed);
        byte[] answer = [];
        using TestServer server = new();
        server.Serve(async socket =>
        {
            await socket.ReceiveAsync(new byte[4096]);
            if (answer.Length > 0) await socket.SendAllAsync(answer);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[1]);
        });
        string[] kinds = [.. Kinds.Keys];
        foreach (string kind in kinds) await RunAsync(server, kind); // What the runtime opens once is open.
        int before = OpenDescriptors.Count();

        int good = 0;
        for (int i = 0; i < Answers; i++)
        {
            answer = Answer(random);
            string kind = kinds[i % kinds.Length];
            ProbeResult result = await RunAsync(server, kind);

            string which = $"{kind}: {Convert.ToHexString(answer)}: {result.Text}";
            Assert.That(result.IsVerdict, Is.True, which);
            Assert.That(result.Text, Is.Not.Empty.And.Length.LessThan(MostText), which);
            Assert.That(result.Text.Any(char.IsControl), Is.False, which);
            if (kind == "tls") Assert.That(result.IsGood, Is.False, which);
            if (result.IsGood) good++;
        }

        Assert.That(good, Is.InRange(1, Answers / 2), "some answers are what is expected");

        // What else runs in this process opens and closes some; a leak of one kind would be a quarter of the answers.
        int most = before + (Answers / 10);
        await Eventually.TrueAsync(() => OpenDescriptors.Count() < most, "about as many descriptors as before");
    }

    private static Task<ProbeResult> RunAsync(TestServer server, string kind) =>
        new ProbeRunner(TimeProvider.System)
            .RunAsync(ProbeTargets.Of(server.EndPoint, Kinds[kind], Timeout), CancellationToken.None).Within();

    private static byte[] Answer(Random random)
    {
        if (random.Next(10) == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        string start = random.Next(2) == 0 ? Pieces[0] : "";
        return Encoding.Latin1.GetBytes(
            start + string.Concat(random.GetItems(Pieces, random.Next(8))));
    }
}
