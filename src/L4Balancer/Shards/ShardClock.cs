using System.Diagnostics;

namespace L4Balancer.Shards;

/// <summary>
/// A shard's time: monotonic, in ticks of <see cref="Stopwatch"/> (nanoseconds on Linux), read once per turn of the loop.
/// </summary>
internal static class ShardClock
{
    /// <summary>The time now.</summary>
    public static long Read() => Stopwatch.GetTimestamp();

    /// <summary>A length of time in ticks.</summary>
    public static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>The time between two readings.</summary>
    public static TimeSpan Between(long from, long to) => Stopwatch.GetElapsedTime(from, to);
}
