using System.Globalization;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load;

/// <summary>
/// The part of a load's time that counts, after the warm-up, and the CPU time that the watched process spends in it.
/// Times are readings of <see cref="ShardClock"/>.
/// </summary>
internal sealed class CountedTime
{
    private readonly LoadTimes _times;
    private readonly long _start;
    private readonly long _end;
    private ProcessTime _cpu;

    /// <param name="times">How long.</param>
    /// <param name="begin">The beginning of the warm-up.</param>
    /// <exception cref="IOException">There is no process to watch.</exception>
    public CountedTime(LoadTimes times, long begin)
    {
        _times = times;
        _start = begin + ShardClock.Ticks(times.WarmUp);
        _end = _start + ShardClock.Ticks(times.Counted);
        NextEdge = _start;
        _ = times.ReadWatched(); // What the compiler has to do for it is done before it counts.
    }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public long NextEdge { get; private set; }

    /// <summary>It is over.</summary>
    public bool HasEnded => NextEdge == long.MaxValue;

    /// <summary>What begins at such a time counts.</summary>
    public bool Includes(long time) => time >= _start && time < _end;

    /// <summary>Reads the watched process's CPU time where the counted time begins or ends.</summary>
    public void Advance(long now)
    {
        if (now < NextEdge) return;

        _cpu = _times.ReadWatched() - _cpu;
        NextEdge = NextEdge == _start ? _end : long.MaxValue;
    }

    /// <summary>So many in this time: <c>rate R p50 US p99 US p999 US max US seconds S user TICKS system TICKS</c>.
    /// </summary>
    public string Describe(LatencyHistogram latencies) => string.Create(
        CultureInfo.InvariantCulture,
        $"rate {latencies.Count / _times.Counted.TotalSeconds:F1} p50 {latencies.Percentile(0.5) / 1e3:F1} "
        + $"p99 {latencies.Percentile(0.99) / 1e3:F1} p999 {latencies.Percentile(0.999) / 1e3:F1} "
        + $"max {latencies.Max / 1e3:F1} seconds {_times.Counted.TotalSeconds:F3} "
        + $"user {_cpu.UserTicks} system {_cpu.SystemTicks}");
}
