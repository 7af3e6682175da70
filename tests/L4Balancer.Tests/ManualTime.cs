namespace L4Balancer.Tests;

/// <summary>A clock that stands still until a test moves it, with timers that fire when it passes them.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private readonly List<TimeSpan> _requested = [];
    private readonly Lock _lock = new();
    private TimeSpan _now = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Every time that a timer was set to, in order.</summary>
    public IReadOnlyList<TimeSpan> Requested
    {
        get
        {
            lock (_lock) return [.. _requested];
        }
    }

    /// <summary>Timers that fire within a time from now.</summary>
    public int TimersWithin(TimeSpan time)
    {
        lock (_lock) return _timers.Count(timer => timer.Due <= _now + time);
    }

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on and fires what is due, in order, on this thread.</summary>
    public void Advance(TimeSpan time)
    {
        TimeSpan target = _now + time;
        while (NextDue(target) is { } timer)
        {
            _now = timer.Due!.Value;
            timer.Fire();
        }

        _now = target;
    }

    private ManualTimer? NextDue(TimeSpan target)
    {
        lock (_lock) return _timers.Where(timer => timer.Due <= target).MinBy(static timer => timer.Due);
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        public TimeSpan? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan) throw new NotSupportedException("one-shot timers only");
            lock (time._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                time._requested.Add(dueTime);
                if (!time._timers.Contains(this)) time._timers.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            Due = null;
            callback();
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
