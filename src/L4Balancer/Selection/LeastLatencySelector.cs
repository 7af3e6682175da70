using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Draws two different candidates by weight and takes the one where a flow is likely to be answered sooner: by the
/// peaks of its latency (<see cref="PeakAverage"/>) times the sessions it would have, those it has for its weight.
/// Latencies are old by the time they are known; to compare two of many keeps all flows from running to whoever was
/// fastest last.
/// </summary>
/// <param name="candidates">At least one.</param>
/// <param name="random">For any thread, or seeded for a single one.</param>
/// <param name="time">As of the sessions' shards.</param>
internal sealed class LeastLatencySelector(Candidate[] candidates, Random random, TimeProvider time) : ISelector
{
    /// <summary>In seconds. What is shorter says more of this machine's clock and queues than of the backend.</summary>
    private const float Shortest = 50e-6f;

    private readonly WeightedDraw _draw = new(candidates, random);
    private readonly float _meanWeight = Candidates.Weight(candidates) / (float)candidates.Length;

    /// <inheritdoc/>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        (int first, int second) = _draw.Two(tried);
        if (first < 0) return null;
        if (first == second) return candidates[first].Backend;

        Candidate one = candidates[first];
        Candidate other = candidates[second];
        long now = time.GetTimestamp();
        float latency = Latency(one, now);
        float otherLatency = Latency(other, now);

        // Of one that has not answered yet nothing is assumed: their sessions decide.
        if (latency == 0 || otherLatency == 0) latency = otherLatency = 1;

        return Cost(other, otherLatency) < Cost(one, latency) ? other.Backend : one.Backend;
    }

    private static float Latency(in Candidate one, long now) =>
        one.Backend.Latency?.Seconds(now) is { } known and > 0 ? Math.Max(known, Shortest) : 0;

    private float Cost(in Candidate one, float latency) =>
        latency * (1 + (one.Backend.ActiveSessions * _meanWeight / one.Weight));
}
