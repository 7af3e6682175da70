using System.Diagnostics;
using System.Globalization;

namespace L4Balancer.Health;

/// <summary>How long a probe has taken so far, for its text.</summary>
internal readonly struct ProbeClock(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary><c>0.3 ms</c>.</summary>
    public override string ToString()
    {
        double milliseconds = time.GetElapsedTime(_started).TotalMilliseconds;
        Debug.Assert(milliseconds >= 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms");
    }
}
