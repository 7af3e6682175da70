using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Shards;
using NUnit.Framework;

namespace L4Balancer.Tests.Shards;

/// <summary>The wheel against the plainest thing that could be right: a list of deadlines.</summary>
public sealed class TimerWheelTests
{
    private static readonly long Millisecond = Stopwatch.Frequency / 1000;
    private static readonly long SlotTicks = 16 * Millisecond;
    private static readonly long[] Ranges = [SlotTicks, 5000 * Millisecond, 120_000 * Millisecond];

    [Test]
    public void Advance_RandomTimers_EachOnceNeverEarlyAndAtMostOneSlotLate()
    {
        Prop.ForAll<int>(seed =>
        {
            Random random = new(seed);
            long now = random.NextInt64(1_000_000 * SlotTicks);
            TimerWheel wheel = new(now);
            List<Recorder> timers = [];
            for (int i = 0; i < 200; i++)
            {
                now += random.NextInt64(200 * Millisecond);
                wheel.Advance(now);
                Recorder timer = new(() => now);
                timers.Add(timer);
                wheel.Arm(timer, now + random.NextInt64(Ranges[random.Next(Ranges.Length)]));
                if (random.Next(4) == 0) Cancel(wheel, timers[random.Next(timers.Count)]);
            }

            // In steps of half a slot, as a loop that is woken in time would go.
            for (long end = now + (125_000 * Millisecond); now < end; now += SlotTicks / 2) wheel.Advance(now);
            return timers.TrueForAll(static timer => timer.IsRight()) && wheel.Count == 0;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void MillisecondsToNext_WokenWhenItSays_NoTimerIsMoreThanASlotLate()
    {
        Prop.ForAll<int>(seed =>
        {
            Random random = new(seed);
            long now = random.NextInt64(1_000_000 * SlotTicks);
            TimerWheel wheel = new(now);
            List<Recorder> timers = [.. Enumerable.Range(0, 50).Select(_ => new Recorder(() => now))];
            foreach (Recorder timer in timers) wheel.Arm(timer, now + random.NextInt64(90_000 * Millisecond));

            int turns = 0;
            for (int wait; (wait = wheel.MillisecondsToNext(now)) >= 0 && turns < 1000; turns++)
            {
                now += wait * Millisecond;
                wheel.Advance(now);
            }

            return timers.TrueForAll(static timer => timer.IsRight()) && wheel.Count == 0 && turns < 1000;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void MillisecondsToNext_TimersComeAndGoMeanwhile_NoneIsLateAndWakesInVainAreFew()
    {
        Prop.ForAll<int>(static seed => new SleepingLoop(new Random(seed)).Run(turns: 2000))
            .QuickCheckThrowOnFailure();
    }

    [Test]
    public void MillisecondsToNext_NoTimer_IsForEver() =>
        Assert.That(new TimerWheel(5 * SlotTicks).MillisecondsToNext(6 * SlotTicks), Is.EqualTo(-1));

    [Test]
    public void Advance_LoopWasStalledForMinutes_EveryDueTimerStillFires()
    {
        long now = 0;
        TimerWheel wheel = new(now);
        List<Recorder> timers = [.. Enumerable.Range(1, 100).Select(_ => new Recorder(() => now))];
        for (int i = 0; i < timers.Count; i++) wheel.Arm(timers[i], i * 1000 * Millisecond);

        now = 600_000 * Millisecond;
        wheel.Advance(now);
        Assert.That(timers.Select(static timer => timer.Fired), Is.All.EqualTo(1));
    }

    [Test]
    public void Advance_TimerArmsItselfAgain_IsCalledOnceATurn()
    {
        long now = 0;
        TimerWheel wheel = new(now);
        Repeater repeater = new(wheel, () => now);
        wheel.Arm(repeater, 0);
        for (int turn = 1; turn <= 10; turn++)
        {
            now = turn * 2 * SlotTicks;
            wheel.Advance(now);
            Assert.That(repeater.Fired, Is.EqualTo(turn));
        }
    }

    private static void Cancel(TimerWheel wheel, Recorder timer)
    {
        wheel.Cancel(timer);
        timer.Cancelled = true;
    }

    private sealed class Recorder(Func<long> clock) : ShardTimer
    {
        public int Fired { get; private set; }

        public bool Cancelled { get; set; }

        private long FiredAt { get; set; }

        /// <summary>Once, not early, and late by no more than a slot's rounding and the step of the test.</summary>
        public bool IsRight()
        {
            if (Fired == 0) return Cancelled;
            return Fired == 1 && FiredAt >= Deadline && FiredAt <= Deadline + (2 * SlotTicks) + (200 * Millisecond);
        }

        protected internal override void OnDue()
        {
            Fired++;
            FiredAt = clock();
        }
    }

    private sealed class Repeater(TimerWheel wheel, Func<long> clock) : ShardTimer
    {
        public int Fired { get; private set; }

        protected internal override void OnDue()
        {
            Fired++;
            wheel.Arm(this, clock());
        }
    }
}
