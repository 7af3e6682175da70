using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Draws two different candidates by weight and takes the one with fewer sessions for its weight (Mitzenmacher, 1996).
/// Nearly as even as asking all, at a cost that does not grow with their number; and one that has just come gets twice
/// its share of new flows at most, however empty it is.
/// </summary>
/// <param name="candidates">At least one.</param>
/// <param name="random">For any thread, or seeded for a single one.</param>
internal sealed class PowerOfTwoSelector(Candidate[] candidates, Random random) : ISelector
{
    private readonly WeightedDraw _draw = new(candidates, random);

    /// <inheritdoc/>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        (int first, int second) = _draw.Two(tried);
        if (first < 0) return null;

        Candidate one = candidates[first];
        Candidate other = candidates[second];
        bool isOtherLess = other.SessionsFor(one.Weight) < one.SessionsFor(other.Weight);
        return isOtherLess ? other.Backend : one.Backend;
    }
}
