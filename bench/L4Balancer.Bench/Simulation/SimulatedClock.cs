using System.Diagnostics;

namespace L4Balancer.Bench.Simulation;

/// <summary>The time of a simulation, in ticks of a shard's clock.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly long Start = 1000 * Stopwatch.Frequency;

    private long _steps;

    public override long TimestampFrequency => Stopwatch.Frequency;

    /// <summary>Seconds since the start.</summary>
    public double Seconds => _steps / (double)Scenario.StepsPerSecond;

    public override long GetTimestamp() => Start + (_steps * Stopwatch.Frequency / Scenario.StepsPerSecond);

    /// <summary>Goes on by a step.</summary>
    public void Step() => _steps++;
}
