using System.Diagnostics;

namespace L4Balancer.Shards;

/// <summary>
/// A shard's time: monotonic, in ticks of <see cref="Stopwatch"/> (nanoseconds on Linux), read once per turn of the
/// loop.
/// </summary>
internal static class ShardClock
{
    /// <summary>73 years: two of them on top of any reading still fit.</summary>
    private const long Longest = long.MaxValue / 4;

    /// <summary>The time now.</summary>
    public static long Read() => Stopwatch.GetTimestamp();

    /// <summary>A length of time in ticks; what is longer than anybody waits is cut.</summary>
    public static long Ticks(TimeSpan time) => (long)Math.Min(time.TotalSeconds * Stopwatch.Frequency, Longest);

    /// <summary>The time between two readings.</summary>
    public static TimeSpan Between(long from, long to) => Stopwatch.GetElapsedTime(from, to);
}
