using L4Balancer.Shards;
using NUnit.Framework;

namespace L4Balancer.Tests.Shards;

/// <summary>When a loop looks for events before it sleeps; time is what the test says it is.</summary>
[TestFixture]
public sealed class IdlePollingTests
{
    private const int Waits = 10_000;

    /// <summary>Waits until it follows what the traffic has become, at most.</summary>
    private const int UntilItFollows = 200;

    private static readonly long Short = IdlePolling.ShortSleep - 1;

    [Test]
    public void IsOn_BeforeAnySleep_False() => Assert.That(new IdlePolling().IsOn, Is.False);

    [Test]
    public void Slept_EndedByTimers_DoesNotLook()
    {
        IdlePolling polling = new();
        for (int i = 0; i < Waits; i++)
        {
            polling.Slept(Short, events: 0);
            Assert.That(polling.IsOn, Is.False);
        }
    }

    [Test]
    public void Slept_ManyEventsAtEachWake_DoesNotLook()
    {
        IdlePolling polling = new();
        for (int i = 0; i < Waits; i++)
        {
            polling.Slept(Short, events: 3);
            polling.Busy(events: 3);
            Assert.That(polling.IsOn, Is.False);
        }
    }

    [Test]
    public void Found_Always_Looks() =>
        Assert.That(Looks(new IdlePolling(), static _ => true), Is.GreaterThan(Waits - UntilItFollows));

    [Test]
    public void Missed_Always_LooksInOneOf64Waits() =>
        Assert.That(Looks(new IdlePolling(), static _ => false), Is.EqualTo(Waits / 64).Within(2));

    [TestCase(0.6, 0.8, 1)]
    [TestCase(0.2, 0, 0.1)]
    public void Found_SoOften_LooksWhereItPays(double share, double least, double most)
    {
        Random random = new(1);
        double looks = Looks(new IdlePolling(), _ => random.NextDouble() < share);
        Assert.That(looks / Waits, Is.InRange(least, most)); // Of which the first few hundred teach it.
    }

    [Test]
    public void Found_AfterAnyPast_FollowsTheTraffic()
    {
        IdlePolling polling = new();
        for (int i = 0; i < 10; i++)
        {
            Assert.That(Looks(polling, static _ => false), Is.LessThan((Waits / 64) + UntilItFollows));
            Assert.That(Looks(polling, static _ => true), Is.GreaterThan(Waits - UntilItFollows));
        }
    }

    [Test]
    public void Slept_LongAndShortInTurns_LooksBehindTheLongOnesAlone()
    {
        IdlePolling polling = new();
        int behindLong = 0;
        int behindShort = 0;
        for (int wait = 0; wait < Waits; wait++)
        {
            bool comesSoon = wait % 2 != 0; // Behind one that took long.
            bool isOn = polling.IsOn;
            if (isOn && comesSoon) behindLong++;
            else if (isOn) behindShort++;
            if (isOn && comesSoon)
            {
                polling.Found(events: 1);
                continue;
            }

            if (isOn) polling.Missed();
            polling.Slept(comesSoon ? Short : IdlePolling.ShortSleep, events: 1);
        }

        Assert.That(behindLong, Is.GreaterThan((Waits / 2) - UntilItFollows));
        Assert.That(behindShort, Is.EqualTo(Waits / 2 / 64).Within(2));
    }

    [Test]
    public void Slept_TrafficHasGone_DoesNotLook()
    {
        IdlePolling polling = new();
        _ = Looks(polling, static _ => true);
        for (int i = 0; i < UntilItFollows; i++)
        {
            if (polling.IsOn) polling.Missed();
            polling.Slept(IdlePolling.ShortSleep * 1000, events: 1);
        }

        Assert.That(polling.IsOn, Is.False);
    }

    /// <summary>Lets a loop wait for single events that come soon, or just too late to be found.</summary>
    /// <returns>How often it looked.</returns>
    private static int Looks(IdlePolling polling, Func<int, bool> comesSoon)
    {
        int looks = 0;
        for (int wait = 0; wait < Waits; wait++)
        {
            bool isOn = polling.IsOn;
            if (isOn) looks++;
            if (isOn && comesSoon(wait))
            {
                polling.Found(events: 1);
                continue;
            }

            if (isOn) polling.Missed();
            polling.Slept(Short, events: 1);
        }

        return looks;
    }
}
