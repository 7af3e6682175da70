namespace L4Balancer.Backends;

/// <summary>How long connects to one backend took. Written by all shards, once a session.</summary>
internal sealed class ConnectDurations
{
    private static readonly double[] UpperBounds = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

    private readonly long[] _counts = new long[UpperBounds.Length + 1];
    private long _sumTicks;

    /// <summary>Upper bounds in seconds, without the infinite one.</summary>
    public static IReadOnlyList<double> Bounds => UpperBounds;

    /// <summary>Sum of all, in seconds.</summary>
    public double Sum => TimeSpan.FromTicks(Volatile.Read(ref _sumTicks)).TotalSeconds;

    /// <summary>Connects of one bucket alone; the last is the one without bound.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>Counts one connect.</summary>
    public void Record(TimeSpan duration)
    {
        int bucket = 0;
        while (bucket < UpperBounds.Length && duration.TotalSeconds > UpperBounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumTicks, duration.Ticks);
    }
}
