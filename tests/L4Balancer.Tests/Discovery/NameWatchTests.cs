using L4Balancer.Discovery;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>When a name is looked up again.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class NameWatchTests
{
    private const int QuestionsOfOne = 2; // A and AAAA.
    private const int Tries = 2; // Of each question, where it fails.

    private readonly ManualTime _time = new();
    private volatile bool _fails;

    private Surroundings Surroundings => new(_time, NullLogger.Instance, static () => { });

    private IEnumerable<byte[]> Answer(byte[] query)
    {
        DnsQuestion asked = AnswerBytes.QuestionOf(query);
        AnswerBytes answer = new(asked);
        if (_fails) return [answer.ToArray(AnswerBytes.IdOf(query), 0x8182)];

        if (asked.Type == DnsType.A) answer.Address(asked.Name, "192.0.2.1");
        return [answer.ToArray(AnswerBytes.IdOf(query))];
    }

    private static NameKey Key(FakeNameServer server, TimeSpan interval) =>
        new("web.test", IsSrv: false, interval, TimeSpan.FromHours(1), server.EndPoint.ToString());

    private static Task AskedAsync(FakeNameServer server, int questions) =>
        Eventually.TrueAsync(() => server.Asked == questions, $"{questions} questions, not {server.Asked}");

    /// <summary>
    /// Waits until it waits, so that the clock moves it on, and not for an answer that is under way still.
    /// </summary>
    private Task WaitsAsync(TimeSpan longest) => Eventually.TrueAsync(
        () => _time.TimersWithin(longest * 0.89) == 0 && _time.TimersWithin(longest) == 1
            && _time.TimersWithin(TimeSpan.FromDays(1000)) == 1,
        "a pause");

    /// <summary>Ends the pause, and not also the time for the first answer behind it.</summary>
    /// <returns>How long it was, to a tenth of a second.</returns>
    private TimeSpan PassPause()
    {
        TimeSpan step = TimeSpan.FromSeconds(0.1);
        TimeSpan passed = step;
        for (; _time.TimersWithin(step) == 0; passed += step) _time.Advance(step);
        _time.Advance(step);
        return passed;
    }

    [Test]
    public async Task Name_Resolves_IsLookedUpEveryInterval()
    {
        using FakeNameServer server = new(Answer);
        using Surroundings surroundings = Surroundings;
        await using NameWatch watch = new(Key(server, TimeSpan.FromSeconds(30)), surroundings, []);
        await watch.First.Within();
        for (int looked = 1; looked <= 3; looked++)
        {
            await AskedAsync(server, looked * QuestionsOfOne);
            await WaitsAsync(TimeSpan.FromSeconds(30));
            Assert.That(PassPause().TotalSeconds, Is.InRange(27, 30.1), "at most a tenth sooner");
        }
    }

    [Test]
    public async Task Name_ServerFails_IsTriedAgainSoonThenEverLaterUpToTheInterval()
    {
        using FakeNameServer server = new(Answer);
        using Surroundings surroundings = Surroundings;
        _fails = true;
        await using NameWatch watch = new(Key(server, TimeSpan.FromSeconds(10)), surroundings, []);
        await watch.First.Within();
        int questions = 0;
        foreach (int seconds in (int[])[1, 2, 4, 8, 10, 10])
        {
            await AskedAsync(server, questions += QuestionsOfOne * Tries);
            await WaitsAsync(TimeSpan.FromSeconds(seconds));
            Assert.That(PassPause().TotalSeconds, Is.InRange(seconds * 0.9, seconds + 0.1));
        }

        Assert.That(watch.State.Error, Does.StartWith("SERVFAIL from "));
    }

    [Test]
    public async Task Name_IsToBeResolvedOnce_IsLookedUpUntilThatAndNoMore()
    {
        using FakeNameServer server = new(Answer);
        using Surroundings surroundings = Surroundings;
        _fails = true;
        await using NameWatch watch = new(Key(server, TimeSpan.Zero), surroundings, []);
        await AskedAsync(server, QuestionsOfOne * Tries);
        await WaitsAsync(TimeSpan.FromSeconds(1));
        _fails = false;
        PassPause();
        await Eventually.TrueAsync(() => watch.Servers.Count == 1, "its address");

        await Eventually.TrueAsync(() => _time.TimersWithin(TimeSpan.FromDays(1000)) == 0, "nothing to wait for");
        Assert.That(server.Asked, Is.EqualTo((QuestionsOfOne * Tries) + QuestionsOfOne));
    }
}
