using System.Net;
using L4Balancer.Discovery;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>Asking name servers that answer well, badly, late or not at all.</summary>
public sealed class DnsClientTests
{
    private static readonly DnsQuestion Question = new("web.test", DnsType.A);

    private static byte[] Good(byte[] query, string address = "192.0.2.1") =>
        new AnswerBytes(AnswerBytes.QuestionOf(query)).Address("web.test", address).ToArray(AnswerBytes.IdOf(query));

    private static byte[] Code(byte[] query, int code) =>
        new AnswerBytes(AnswerBytes.QuestionOf(query)).ToArray(AnswerBytes.IdOf(query), 0x8180 | code);

    private static async Task<(string Address, string Error)> AskAsync(params FakeNameServer[] servers)
    {
        DnsClient client = new(TimeProvider.System);
        (DnsResponse? response, string error) = await client.AskAsync(
            [.. servers.Select(static one => one.EndPoint)], Question, CancellationToken.None).Within();
        return (response?.Answers is [var first, ..] ? $"{first.Address}" : "", error);
    }

    [Test]
    public async Task Ask_ForgedAnswersComeFirst_OnlyTheTrueOneCounts()
    {
        using FakeNameServer server = new(static query =>
        [
            [], [1, 2, 3],
            new AnswerBytes(Question).Address("web.test", "192.0.2.66").ToArray(AnswerBytes.IdOf(query) ^ 1),
            new AnswerBytes(Question with { Name = "evil.test" }).Address("web.test", "192.0.2.66")
                .ToArray(AnswerBytes.IdOf(query)),
            Good(query),
        ])
        {
            FromElsewhere = static query => Good(query, "192.0.2.66"),
        };

        Assert.That(await AskAsync(server), Is.EqualTo(("192.0.2.1", "")));
    }

    [Test]
    public async Task Ask_AnswerIsTruncated_ComesByTcp()
    {
        using FakeNameServer server = new(
            static query => [new AnswerBytes(Question).ToArray(AnswerBytes.IdOf(query), 0x8380)],
            static query => Good(query, "192.0.2.2"));

        Assert.That(await AskAsync(server), Is.EqualTo(("192.0.2.2", "")));
    }

    [Test]
    public async Task Ask_TcpAnswerEndsTooSoonOrIsTruncatedToo_IsAFailure()
    {
        using FakeNameServer server = new(
            static query => [new AnswerBytes(Question).ToArray(AnswerBytes.IdOf(query), 0x8380)],
            static query => new AnswerBytes(Question).ToArray(AnswerBytes.IdOf(query), 0x8380));

        Assert.That((await AskAsync(server)).Error, Does.StartWith("an answer that cannot be read from "));
    }

    [Test]
    public async Task Ask_ServerKnowsNoOptions_IsAskedWithoutThem()
    {
        using FakeNameServer server = new(static query =>
        {
            bool hasOptions = query[11] == 1;
            return [hasOptions ? Code(query, 1) : Good(query)];
        });

        Assert.That(await AskAsync(server), Is.EqualTo(("192.0.2.1", "")));
    }

    [TestCase(2, "SERVFAIL")]
    [TestCase(5, "REFUSED")]
    [TestCase(9, "code 9")]
    public async Task Ask_ServerFails_TheNextIsAskedAndThenFirst(int code, string text)
    {
        using FakeNameServer bad = new(query => [Code(query, code)]);
        using FakeNameServer good = new(static query => [Good(query)]);
        DnsClient client = new(TimeProvider.System);
        for (int i = 0; i < 2; i++)
        {
            (DnsResponse? response, _) =
                await client.AskAsync([bad.EndPoint, good.EndPoint], Question, CancellationToken.None).Within();
            Assert.That(response!.Answers, Is.Not.Empty);
        }

        Assert.That(bad.Asked, Is.EqualTo(1));
        Assert.That((await AskAsync(bad)).Error, Is.EqualTo($"{text} from {bad.EndPoint}"));
    }

    [Test]
    public async Task Ask_NobodyListensAtTheFirst_TheNextAnswersAtOnce()
    {
        using FakeNameServer good = new(static query => [Good(query)]);
        FakeNameServer closed = new(static _ => []);
        closed.Dispose();

        Assert.That(await AskAsync(closed, good), Is.EqualTo(("192.0.2.1", "")));
    }

    [Test]
    public async Task Ask_NoServerAnswers_EndsWithinItsTime()
    {
        using FakeNameServer silent = new(static _ => []);
        ManualTime time = new();
        DnsClient client = new(time);
        Task<(DnsResponse? Response, string Error)> asking =
            client.AskAsync([silent.EndPoint], Question, CancellationToken.None);
        for (int i = 1; i <= 2; i++)
        {
            await Eventually.TrueAsync(() => silent.Asked == i, $"asked {i} times");
            time.Advance(TimeSpan.FromSeconds(2));
        }

        (DnsResponse? response, string error) = await asking.Within();
        Assert.That(response, Is.Null);
        Assert.That(error, Is.EqualTo($"no answer from {silent.EndPoint}"));
    }

    [Test]
    public async Task Find_AliasWhoseTargetTheServerLeavesOut_IsFollowed()
    {
        using FakeNameServer server = new(static query =>
        {
            DnsQuestion asked = AnswerBytes.QuestionOf(query);
            AnswerBytes answer = new(asked);
            if (asked.Name == "web.test") answer.Alias("web.test", "b.test").Alias("b.test", "c.test");
            else answer.Address(asked.Name, "192.0.2.3");
            return [answer.ToArray(AnswerBytes.IdOf(query))];
        });

        (IReadOnlyList<DnsRecord>? records, _) = await FindAsync(server);
        Assert.That(records!.Single().Owner, Is.EqualTo("c.test"));
    }

    [TestCase(true, Description = "within one answer")]
    [TestCase(false, Description = "over ever new questions")]
    public async Task Find_AliasesWithoutEnd_IsAFailure(bool withinOneAnswer)
    {
        using FakeNameServer server = new(query =>
        {
            DnsQuestion asked = AnswerBytes.QuestionOf(query);
            string target = withinOneAnswer ? asked.Name : "a" + asked.Name;
            AnswerBytes answer = new AnswerBytes(asked).Alias(asked.Name, target);
            return [answer.ToArray(AnswerBytes.IdOf(query))];
        });

        (IReadOnlyList<DnsRecord>? records, string error) = await FindAsync(server);
        Assert.That(records, Is.Null);
        Assert.That(error, Does.Contain("is an alias that leads too far"));
        Assert.That(server.Asked, Is.LessThanOrEqualTo(8));
    }

    [Test]
    public async Task LookUp_OneOfTwoQuestionsFails_SaysWhichAndKeepsTheOther()
    {
        using FakeNameServer server = new(static query =>
            AnswerBytes.QuestionOf(query).Type == DnsType.A ? [Good(query)] : [Code(query, 2)]);
        DnsRecords records = new(new DnsClient(TimeProvider.System), () => [server.EndPoint]);

        LookUpAnswer answer = await new HostLookUp("Web.Test.", records).LookAsync(CancellationToken.None).Within();

        Assert.That(answer.Servers.Single().Address, Is.EqualTo(IPAddress.Parse("192.0.2.1")));
        Assert.That(answer.FailedParts, Is.EqualTo(["web.test Aaaa"]));
    }

    [Test]
    public void Servers_OfTheSystem_AreThoseOfTheFile()
    {
        string[] lines =
        [
            "# comment", "search example.net", "nameserver 192.0.2.1", "nameserver\t2001:db8::1 # with more",
            "nameserver nonsense", "nameserver 192.0.2.2", "nameserver 192.0.2.3",
        ];
        Assert.That(
            NameServers.Parse(lines).Select(static one => one.ToString()),
            Is.EqualTo(["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"]));
        Assert.That(NameServers.Parse([]).Single().ToString(), Is.EqualTo("127.0.0.1:53"));
    }

    private static Task<(IReadOnlyList<DnsRecord>? Records, string Error)> FindAsync(FakeNameServer server) =>
        new DnsRecords(new DnsClient(TimeProvider.System), () => [server.EndPoint])
            .FindAsync(Question, CancellationToken.None).Within();
}
