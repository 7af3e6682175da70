using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Decides for the policies with a table of slots which of the owners that a flow meets there gets it: the first that
/// it may be sent to and that has room. The walk has an end, however large the table: after as many slots as there are
/// candidates, and some, it is cheaper to ask those.
/// </summary>
internal sealed class SlotWalk
{
    /// <summary>Slots beyond the number of candidates: with few of them, enough to meet all but surely.</summary>
    private const int FurtherSlots = 64;

    private readonly Candidate[] _candidates;
    private readonly LoadBound? _bound;

    /// <summary>Decides among candidates.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="slots">Slots of the table.</param>
    /// <param name="maxLoad">The bound of each one's load, above 1; 0 for none.</param>
    public SlotWalk(Candidate[] candidates, int slots, double maxLoad)
    {
        _candidates = candidates;
        _bound = maxLoad > 0 ? new LoadBound(candidates, maxLoad) : null;
        MostSlots = Math.Min(slots, candidates.Length + FurtherSlots);
    }

    /// <summary>Slots that a walk looks at.</summary>
    public int MostSlots { get; }

    /// <summary>What the flow's walk compares loads with.</summary>
    public double Begin() => _bound?.Now() ?? double.PositiveInfinity;

    /// <summary>The owner of a slot gets the flow.</summary>
    public bool Takes(in Candidate owner, ReadOnlySpan<Backend> tried, double bound) =>
        owner.Takes(tried) && (_bound is null || LoadBound.HasRoom(owner, bound));

    /// <summary>
    /// What a flow gets whose walk found nobody: the first candidate that takes it, counted from the one at its hash.
    /// </summary>
    public Backend? End(int first, ReadOnlySpan<Backend> tried, double bound) => _bound is null
        ? Candidates.FirstFrom(_candidates, first, tried)
        : _bound.FirstFrom(first, tried, bound);
}
