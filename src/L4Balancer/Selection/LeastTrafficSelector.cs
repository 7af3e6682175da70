using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Draws two different candidates by weight and takes the one that has moved fewer bytes lately
/// (<see cref="DecayingSum"/>) for its weight. A flow's bytes come after it was placed; to compare two of many keeps
/// all flows from running to whoever was idle last. One that moves little because it cannot do more is known by its
/// sessions, which pile up: with more than twice those of the other it is passed over.
/// </summary>
/// <param name="candidates">At least one.</param>
/// <param name="random">For any thread, or seeded for a single one.</param>
/// <param name="time">As of the sessions' shards.</param>
internal sealed class LeastTrafficSelector(Candidate[] candidates, Random random, TimeProvider time) : ISelector
{
    /// <summary>Sessions that say nothing yet.</summary>
    private const int FewSessions = 8;

    private readonly WeightedDraw _draw = new(candidates, random);

    /// <inheritdoc/>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        (int first, int second) = _draw.Two(tried);
        if (first < 0) return null;
        if (first == second) return candidates[first].Backend;

        Candidate one = candidates[first];
        Candidate other = candidates[second];
        long now = time.GetTimestamp();
        float bytes = Bytes(one, now) * other.Weight;
        float otherBytes = Bytes(other, now) * one.Weight;
        bool isOtherLess = otherBytes == bytes
            ? other.SessionsFor(one.Weight) < one.SessionsFor(other.Weight)
            : otherBytes < bytes;
        return (isOtherLess && !PilesUp(other, one)) || PilesUp(one, other) ? other.Backend : one.Backend;
    }

    private static bool PilesUp(in Candidate one, in Candidate other) =>
        one.SessionsFor(other.Weight) > 2 * (other.Backend.ActiveSessions + FewSessions) * (long)one.Weight;

    private static float Bytes(in Candidate one, long now) => one.Backend.Traffic?.Value(now) ?? 0;
}
