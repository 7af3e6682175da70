using System.Diagnostics;
using L4Balancer.Shards;

namespace L4Balancer.Tests.Shards;

/// <summary>
/// A loop as a shard's, in a time of its own: it sleeps as long as the wheel says unless something comes before, and
/// what comes arms, moves and cancels timers at random. Its oracle is the list of timers with their deadlines.
/// </summary>
internal sealed class SleepingLoop
{
    private static readonly long Millisecond = Stopwatch.Frequency / 1000;
    private static readonly long SlotTicks = 16 * Millisecond;

    /// <summary>Deadlines from now on, all within one turn of the wheel; some have passed already.</summary>
    private static readonly long[] Ranges = [SlotTicks, 200 * Millisecond, 5000 * Millisecond, 32_000 * Millisecond];

    private readonly Random _random;
    private readonly TimerWheel _wheel;
    private readonly Timer[] _timers;
    private long _now;
    private int _fired;
    private int _cancelled;
    private int _wokenInVain;
    private bool _isRight = true;

    public SleepingLoop(Random random)
    {
        _random = random;
        _now = random.NextInt64(1_000_000 * SlotTicks);
        _wheel = new TimerWheel(_now);
        _timers = [.. Enumerable.Range(0, 40).Select(_ => new Timer(this))];
    }

    /// <summary>Runs the loop for a number of turns, and then until no timer is armed.</summary>
    /// <returns>
    /// Each timer fired once, never early and not more than a slot late (and the millisecond that a sleep is rounded
    /// to), and at most once for each that was cancelled the loop woke up and found nothing to do.
    /// </returns>
    public bool Run(int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            // Sometimes nothing comes for long, so that the loop sleeps as it is told several times in a row.
            long pause = _random.NextInt64(_random.Next(10) == 0 ? 3000 * Millisecond : 30 * Millisecond);
            SleepUntil(_now + pause);
            Change();
            _wheel.Advance(_now);
        }

        while (_wheel.Count > 0 && _isRight) SleepUntil(long.MaxValue);
        return _isRight && _wokenInVain <= _cancelled && Array.TrueForAll(_timers, static timer => !timer.IsPending);
    }

    /// <summary>Turns of the loop until something comes, or the next one where nothing does.</summary>
    private void SleepUntil(long next)
    {
        do
        {
            int sleep = _wheel.MillisecondsToNext(_now);
            long woken = sleep < 0 ? long.MaxValue : _now + (sleep * Millisecond);
            if (woken > next || woken == long.MaxValue) break;

            int fired = _fired;
            _now = woken;
            _wheel.Advance(_now);
            if (_fired == fired) _wokenInVain++;
            _isRight &= Array.TrueForAll(_timers, timer => !timer.IsPending || timer.Latest > _now);
            if (_wokenInVain > _cancelled) _isRight = false; // And no loop without end where a sleep is for ever none.
        }
        while (_isRight && next != long.MaxValue);
        if (next != long.MaxValue) _now = next;
    }

    private void Change()
    {
        for (int changes = _random.Next(4); changes > 0; changes--)
        {
            Timer timer = _timers[_random.Next(_timers.Length)];
            if (timer.IsPending) _cancelled++;
            if (_random.Next(3) == 0) timer.Cancel();
            else timer.Arm(_now + _random.NextInt64(-SlotTicks, Ranges[_random.Next(Ranges.Length)]));
        }
    }

    private sealed class Timer(SleepingLoop loop) : ShardTimer
    {
        private long _armedAt;

        public bool IsPending { get; private set; }

        /// <summary>A time at which it must have fired.</summary>
        public long Latest => Math.Max(Deadline, _armedAt) + SlotTicks + Millisecond;

        public void Arm(long deadline)
        {
            _armedAt = loop._now;
            IsPending = true;
            loop._wheel.Arm(this, deadline);
        }

        public void Cancel()
        {
            IsPending = false;
            loop._wheel.Cancel(this);
        }

        protected internal override void OnDue()
        {
            loop._isRight &= IsPending && loop._now >= Deadline && loop._now <= Latest;
            loop._fired++;
            IsPending = false;
        }
    }
}
