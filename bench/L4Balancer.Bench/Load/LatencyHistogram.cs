using System.Globalization;
using System.Numerics;

namespace L4Balancer.Bench.Load;

/// <summary>
/// Counts lengths of time from 0 up and tells their percentiles. Every power of two has 128 buckets of equal width, as
/// in HdrHistogram, so a value is known to 1/128 of itself, and the middle of its bucket is within 0.4 % of it; the
/// largest is kept as it is. Recording allocates nothing.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>By how much of itself a value that is told may be wrong.</summary>
    public const double RelativeError = 0.5 / Buckets;

    private const int BucketBits = 7;
    private const int Buckets = 1 << BucketBits;
    private const int ValueBits = 40; // 2^40 ns are 18 minutes.
    private const long Largest = (1L << ValueBits) - 1;

    private readonly long[] _counts = new long[(ValueBits - BucketBits + 1) * Buckets];

    /// <summary>Values recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The largest of them; 0 where there are none.</summary>
    public long Max { get; private set; }

    /// <summary>
    /// Counts a value, so many times. What is negative counts as 0, what is longer than 18 minutes as that.
    /// </summary>
    public void Record(long nanoseconds, long times = 1)
    {
        long value = Math.Clamp(nanoseconds, 0, Largest);
        _counts[Bucket(value)] += times;
        Count += times;
        Max = Math.Max(Max, value);
    }

    /// <summary>Counts what another one has written down: the values are its own, each within 0.4 %.</summary>
    /// <param name="written">As <see cref="Write"/> gives it.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public void RecordWritten(string written)
    {
        foreach (string pair in written.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split(':');
            if (parts.Length != 2) throw new FormatException($"not a value and its count: {pair}");
            Record(
                long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Every value and how often it was: <c>NS:COUNT,NS:COUNT</c>, from the smallest up.</summary>
    public string Write() => string.Join(
        ',',
        _counts.Index().Where(static one => one.Item > 0)
            .Select(static one => string.Create(CultureInfo.InvariantCulture, $"{Middle(one.Index)}:{one.Item}")));

    /// <summary>
    /// The smallest value that so large a share of all does not exceed: the one of rank ceil(share * count).
    /// </summary>
    /// <param name="share">0.99 for the 99th percentile; above 0, up to 1.</param>
    /// <returns>Nanoseconds, within 0.4 %; 0 where nothing was recorded.</returns>
    public long Percentile(double share)
    {
        long rank = Math.Max((long)Math.Ceiling(share * Count), 1);
        if (rank >= Count) return Max;

        int bucket = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[bucket]) bucket++;
        return Math.Min(Middle(bucket), Max);
    }

    private static int Bucket(long value)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)value) - BucketBits, 0);
        return (shift * Buckets) + (int)(value >> shift);
    }

    /// <summary>
    /// The first two runs of buckets hold single values; run n after them holds spans of 2^n.
    /// </summary>
    private static long Middle(int bucket)
    {
        int shift = Math.Max((bucket / Buckets) - 1, 0);
        long lowest = (long)(bucket - (shift * Buckets)) << shift;
        return lowest + ((1L << shift) / 2);
    }
}
