using System.Diagnostics;
using L4Balancer.Telemetry;

namespace L4Balancer.Shards;

/// <summary>
/// How long the turns of a loop take, in seconds: what came at a turn's start waits that long. Turns under a
/// millisecond, nearly all, are only counted.
/// </summary>
internal sealed class LoopLag() : Histogram(UpperBounds)
{
    private static readonly double[] UpperBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

    /// <summary>Counts a turn.</summary>
    public void Record(long ticks) => Record((double)ticks / Stopwatch.Frequency);
}
