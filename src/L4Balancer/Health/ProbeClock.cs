using System.Diagnostics;
using System.Globalization;

namespace L4Balancer.Health;

/// <summary>How long a probe has taken so far, for its text.</summary>
internal readonly struct ProbeClock(TimeProvider time)
{
    private const double MillisecondsOfSecond = 1000;

    private readonly long _started = time.GetTimestamp();

    /// <summary><c>0.3 ms</c>, <c>2.0 s</c>.</summary>
    public override string ToString()
    {
        double milliseconds = time.GetElapsedTime(_started).TotalMilliseconds;
        Debug.Assert(milliseconds >= 0);
        return milliseconds < MillisecondsOfSecond
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / MillisecondsOfSecond:0.0} s");
    }
}
