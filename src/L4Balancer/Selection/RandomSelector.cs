using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>Draws a candidate at random, by weight, whatever the flow is and the others do.</summary>
/// <param name="candidates">At least one.</param>
/// <param name="random">For any thread, or seeded for a single one.</param>
internal sealed class RandomSelector(Candidate[] candidates, Random random) : IKnownShares
{
    private readonly WeightedDraw _draw = new(candidates, random);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => Candidates.Names(candidates);

    /// <inheritdoc/>
    public double[] Shares() => Candidates.Shares(candidates);

    /// <inheritdoc/>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried) =>
        _draw.One(tried) is var at and >= 0 ? candidates[at].Backend : null;
}
