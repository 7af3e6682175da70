using System.Net;
using L4Balancer.Discovery;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>What is read from the bytes that anybody may send.</summary>
public sealed class DnsResponseTests
{
    private const int Id = 0x1234;

    private static readonly DnsQuestion Question = new("web.test", DnsType.A);

    [Test]
    public void Read_EveryKindOfRecord_HasItsValues()
    {
        byte[] message = new AnswerBytes(Question)
            .Alias("web.test", "Other.Test")
            .Address("other.test", "192.0.2.1")
            .Address("other.test", "2001:db8::1")
            .Server("_web._tcp.test", 1, 2, 3, "s.test")
            .Add(AnswerBytes.AskedName, 16, [3, 1, 2, 3])
            .ToArray(Id);

        DnsResponse read = DnsResponse.Read(message, Id, Question)!;

        Assert.That(read.Code, Is.EqualTo(DnsCode.Ok));
        Assert.That(read.Answers, Is.EqualTo((DnsRecord[])
        [
            new("web.test", DnsType.Cname) { Target = "other.test" },
            new("other.test", DnsType.A) { Address = IPAddress.Parse("192.0.2.1") },
            new("other.test", DnsType.Aaaa) { Address = IPAddress.Parse("2001:db8::1") },
            new("_web._tcp.test", DnsType.Srv) { Priority = 1, Weight = 2, Port = 3, Target = "s.test" },
        ]));
    }

    [Test]
    public void Read_QueryThatWasMade_NamesTheQuestion()
    {
        byte[] query = Question.ToMessage(Id, hasOptions: true)!;

        Assert.That(AnswerBytes.QuestionOf(query), Is.EqualTo(Question));
        Assert.That(AnswerBytes.IdOf(query), Is.EqualTo(Id));
        Assert.That(DnsResponse.Read(query, Id, Question), Is.Null, "a query is no answer");
    }

    [TestCase("a..b")]
    [TestCase("")]
    [TestCase("ä.test")]
    public void ToMessage_NameThatCannotBe_IsNull(string name) =>
        Assert.That(new DnsQuestion(name, DnsType.A).ToMessage(Id, false), Is.Null);

    [Test]
    public void ToMessage_LongNames_AreAskedForUpToTheLimit()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('b', 61);

        Assert.That(new DnsQuestion(longest, DnsType.A).ToMessage(Id, true), Is.Not.Null);
        Assert.That(new DnsQuestion(longest + "b", DnsType.A).ToMessage(Id, true), Is.Null);
        Assert.That(new DnsQuestion(new string('a', 64), DnsType.A).ToMessage(Id, true), Is.Null);
    }

    [Test]
    public void Read_OtherIdQuestionOrDirection_IsNoAnswer()
    {
        AnswerBytes answer = new AnswerBytes(Question).Address("web.test", "192.0.2.1");
        byte[] good = answer.ToArray(Id);

        Assert.That(DnsResponse.Read(good, Id, Question), Is.Not.Null);
        Assert.That(DnsResponse.Read(good, Id + 1, Question), Is.Null);
        Assert.That(DnsResponse.Read(good, Id, Question with { Name = "other.test" }), Is.Null);
        Assert.That(DnsResponse.Read(good, Id, Question with { Type = DnsType.Aaaa }), Is.Null);
        Assert.That(DnsResponse.Read(answer.ToArray(Id, flags: 0x0180), Id, Question), Is.Null, "a query");
        Assert.That(DnsResponse.Read(answer.ToArray(Id, questions: 0), Id, Question), Is.Null, "no question");
    }

    [Test]
    public void Read_NamesThatPointAtThemselvesOrForward_AreMalformed()
    {
        byte[][] names = [[0xC0, 26], [0xC0, 40], [0xFF, 0xFF], [1, (byte)'a', 0xC0, 26], [0x80, 0], [64, 1]];
        foreach (byte[] name in names)
        {
            byte[] message = new AnswerBytes(Question).Add(name, 1, [192, 0, 2, 1]).ToArray(Id);
            Assert.That(DnsResponse.Read(message, Id, Question)!.Code, Is.EqualTo(DnsCode.Malformed));
        }
    }

    [Test]
    public void Read_RecordThatEndsBeyondItsDataOrTheMessage_IsMalformed()
    {
        byte[][] messages =
        [
            new AnswerBytes(Question).Add(AnswerBytes.AskedName, 1, [192, 0, 2]).ToArray(Id),
            new AnswerBytes(Question).Add(AnswerBytes.AskedName, 28, [192, 0, 2, 1]).ToArray(Id),
            new AnswerBytes(Question).Add(AnswerBytes.AskedName, 5, [1, 2, 3]).ToArray(Id),
            new AnswerBytes(Question).Add(AnswerBytes.AskedName, 33, [0, 1, 0, 2, 0]).ToArray(Id),
            new AnswerBytes(Question).Address("web.test", "192.0.2.1").ToArray(Id, answers: 2),
        ];
        Assert.That(
            messages.Select(static one => DnsResponse.Read(one, Id, Question)!.Code),
            Is.All.EqualTo(DnsCode.Malformed));
    }

    [Test]
    public void Read_NameWithBytesOfNoHost_IsNobodys()
    {
        byte[] odd = [3, (byte)'a', (byte)'.', 0xE4, 0];
        byte[] message = new AnswerBytes(Question).Add(odd, 1, [192, 0, 2, 1]).ToArray(Id);

        Assert.That(DnsResponse.Read(message, Id, Question)!.Answers.Single().Owner, Is.EqualTo("a??"));
    }

    /// <summary>Every prefix, and many messages with some bytes changed: no throw, no loop, short names.</summary>
    [Test]
    public void Read_DamagedMessages_NothingIsThrownAndNamesStayShort()
    {
        byte[] good = new AnswerBytes(Question)
            .Alias("web.test", "other.test").Address("other.test", "192.0.2.1")
            .Server("_web._tcp.test", 1, 2, 3, "s.test").Add(AnswerBytes.AskedName, 5, AnswerBytes.AskedName)
            .ToArray(Id);
        for (int length = 0; length < good.Length; length++) Read(good.AsSpan(0, length));

        Random random = new(1);
        for (int i = 0; i < 50_000; i++)
        {
            byte[] damaged = [.. good];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                // The start stays, so that most of it is read on.
                int at = random.Next(random.Next(4) == 0 ? 0 : DnsQuestion.HeaderBytes, damaged.Length);
                damaged[at] = random.Next(3) == 0 ? (byte)(0xC0 | random.Next(4)) : (byte)random.Next(256);
            }

            Read(damaged);
        }

        for (int i = 0; i < 20_000; i++)
        {
            byte[] any = new byte[random.Next(200)];
            random.NextBytes(any);
            Read(any);
        }
    }

    /// <summary>The costliest message: as many names as fit, each a chain of pointers as long as it may be.</summary>
    [Test]
    public void Read_LargestMessageOfPointers_IsReadInBoundedSteps()
    {
        byte[] message = new byte[ushort.MaxValue];
        new AnswerBytes(Question).ToArray(Id, answers: ushort.MaxValue).CopyTo(message, 0);
        int start = new AnswerBytes(Question).ToArray(Id).Length;
        for (int at = start; at + 1 < message.Length; at += 2)
        {
            int back = Math.Min(at - 2, 0x3FFF & ~1);
            AnswerBytes.Number(0xC000 | back).CopyTo(message, at);
        }

        Assert.That(DnsResponse.Read(message, Id, Question)!.Code, Is.EqualTo(DnsCode.Malformed));
    }

    private static void Read(ReadOnlySpan<byte> message)
    {
        DnsResponse? read = DnsResponse.Read(message, Id, Question);
        foreach (DnsRecord record in read?.Answers ?? [])
        {
            Assert.That(record.Owner, Has.Length.LessThan(254));
            Assert.That(record.Target, Has.Length.LessThan(254));
        }
    }
}
