using L4Balancer.Telemetry;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// How fast flows are now: what they have carried since somebody last looked. The first look knows no better than their
/// whole lives. Any thread.
/// </summary>
internal sealed class FlowRates(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private Look? _older;
    private Look? _newer;

    /// <summary>Looks at all flows.</summary>
    /// <returns>Bytes per second of each, in the same order.</returns>
    public double[] Of(IReadOnlyList<FlowStatus> flows)
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            bool isDue = _newer is null || time.GetElapsedTime(_newer.At, now) >= Shortest;
            Look? before = isDue ? _newer : _older;
            double[] rates = [.. flows.Select(flow => Rate(flow, before, now))];
            if (isDue)
            {
                _older = _newer;
                _newer = new Look(now, flows.ToDictionary(static flow => flow.Id, Bytes));
            }

            return rates;
        }
    }

    /// <summary>Bytes in both directions.</summary>
    public static long Bytes(FlowStatus flow) => flow.ClientBytes + flow.ServerBytes;

    private double Rate(FlowStatus flow, Look? before, long now)
    {
        TimeSpan since = before is null ? TimeSpan.MaxValue : time.GetElapsedTime(before.At, now);
        (long bytes, TimeSpan period) = since > Longest
            ? (Bytes(flow), flow.Age)
            : (Bytes(flow) - before!.Bytes.GetValueOrDefault(flow.Id), since);

        // A flow of the last instant is taken for one of a millisecond: its rate must not be infinite.
        return bytes / Math.Max(period.TotalSeconds, 0.001);
    }

    private sealed record Look(long At, Dictionary<FlowId, long> Bytes);
}
