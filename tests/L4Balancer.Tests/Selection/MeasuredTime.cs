using System.Diagnostics;

namespace L4Balancer.Tests.Selection;

/// <summary>A shard's clock that a test moves.</summary>
internal sealed class MeasuredTime : TimeProvider
{
    private long _now = Ticks(1000);

    public override long TimestampFrequency => Stopwatch.Frequency;

    /// <summary>The time now.</summary>
    public long Now => _now;

    public override long GetTimestamp() => _now;

    /// <summary>Moves on.</summary>
    public void Advance(double seconds) => _now += Ticks(seconds);

    /// <summary>A time in ticks.</summary>
    public static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
