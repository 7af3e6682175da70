using L4Balancer.Shards;
using NUnit.Framework;

namespace L4Balancer.Tests.Shards;

/// <summary>When a loop looks for events before it sleeps; time is what the test says it is.</summary>
[TestFixture]
public sealed class IdlePollingTests
{
    private const int Waits = 10_000;

    private static readonly long Short = IdlePolling.ShortSleep - 1;

    [Test]
    public void IsOn_BeforeAnySleep_False() => Assert.That(new IdlePolling().IsOn, Is.False);

    [Test]
    public void Slept_ShortOnesInARow_Looks()
    {
        IdlePolling polling = new();
        Sleep(polling, times: 1 + 4, Short); // The first comes behind none.
        Assert.That(polling.IsOn, Is.True);
    }

    [Test]
    public void Slept_ALongOneBetween_DoesNotLook()
    {
        IdlePolling polling = new();
        Sleep(polling, times: 3, Short);
        Sleep(polling, times: 1, IdlePolling.ShortSleep);
        Sleep(polling, times: 3, Short);
        Assert.That(polling.IsOn, Is.False);
    }

    [Test]
    public void Slept_EndedByTimers_DoesNotLook()
    {
        IdlePolling polling = new();
        for (int i = 0; i < Waits; i++) polling.Slept(Short, events: 0);
        Assert.That(polling.IsOn, Is.False);
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
    public void Found_Always_StaysOn()
    {
        IdlePolling polling = new();
        Assert.That(Looks(polling, static _ => true), Is.GreaterThan(Waits - 10));
    }

    [Test]
    public void Missed_Always_HardlyLooks()
    {
        // Each time it stops it takes twice as many short sleeps: it looks four times in 8, 16, 32 ... 1,024 sleeps.
        Assert.That(Looks(new IdlePolling(), static _ => false), Is.LessThan(Waits / 100));
    }

    [Test]
    public void Missed_EveryFourthTime_StaysOn() =>
        Assert.That(Looks(new IdlePolling(), static wait => wait % 4 != 0), Is.GreaterThan(Waits - 10));

    [Test]
    public void Slept_LongAndShortInTurns_LooksBehindTheLongOnesAlone()
    {
        IdlePolling polling = new();
        int looks = 0;
        for (int wait = 0; wait < Waits; wait++)
        {
            bool comesSoon = wait % 2 != 0;
            if (polling.IsOn) looks++;
            if (polling.IsOn && comesSoon)
            {
                polling.Found(events: 1);
                continue;
            }

            if (polling.IsOn) polling.Missed();
            polling.Slept(comesSoon ? Short : IdlePolling.ShortSleep, events: 1);
        }

        Assert.That(looks, Is.InRange((Waits / 2) - 10, Waits / 2));
    }

    [Test]
    public void Found_AfterManyMisses_LooksForGoodAgain()
    {
        IdlePolling polling = new();
        _ = Looks(polling, static _ => false);
        _ = Looks(polling, static _ => true);
        Assert.That(Looks(polling, static _ => true), Is.EqualTo(Waits));
    }

    [Test]
    public void Slept_TrafficHasGone_DoesNotLook()
    {
        IdlePolling polling = new();
        _ = Looks(polling, static _ => true);
        for (int i = 0; i < 10; i++)
        {
            if (polling.IsOn) polling.Missed();
            polling.Slept(IdlePolling.ShortSleep * 1000, events: 1);
        }

        Assert.That(polling.IsOn, Is.False);
    }

    private static void Sleep(IdlePolling polling, int times, long length)
    {
        for (int i = 0; i < times; i++) polling.Slept(length, events: 1);
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
