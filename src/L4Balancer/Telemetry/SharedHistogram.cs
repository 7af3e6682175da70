namespace L4Balancer.Telemetry;

/// <summary>A histogram that any thread writes, once or twice a session.</summary>
internal sealed class SharedHistogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private long _sumTicks;

    /// <param name="bounds">Upper bounds in seconds, rising, without the infinite one.</param>
    public SharedHistogram(double[] bounds)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
    }

    /// <summary>Upper bounds in seconds, without the infinite one.</summary>
    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Sum of all, in seconds.</summary>
    public double Sum => TimeSpan.FromTicks(Volatile.Read(ref _sumTicks)).TotalSeconds;

    /// <summary>Values of one bucket alone; the last is the one without bound.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>Counts one value.</summary>
    public void Record(TimeSpan duration)
    {
        int bucket = 0;
        while (bucket < _bounds.Length && duration.TotalSeconds > _bounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumTicks, duration.Ticks);
    }
}
