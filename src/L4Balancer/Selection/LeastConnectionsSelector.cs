using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Takes the candidate with the fewest sessions for its weight, and of those that are equal one at random by weight.
/// One that is far behind when the snapshot is made, as when it has just come, gets
/// <see cref="MostShares"/> times its share of new flows at most until it has caught up: all of them at once are what
/// a cold server stands least. Called by every shard; takes no lock.
/// </summary>
internal sealed class LeastConnectionsSelector : ISelector
{
    /// <summary>Candidates that a pick looks at: of more, as many in a row from anywhere.</summary>
    private const int MostLooked = 1024;

    /// <summary>What one that is far behind gets, in shares by weight.</summary>
    private const int MostShares = 4;

    /// <summary>Sessions that a candidate may lack without being far behind, beside half of its share.</summary>
    private const int FewSessions = 8;

    private readonly Candidate[] _candidates;
    private readonly WeightedDraw _draw;
    private readonly bool[] _isBehind; // Each is taken back once, by whoever sees it first.
    private readonly double _chanceOfBehind;

    /// <summary>Makes it ready.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="random">For any thread, or seeded for a single one.</param>
    public LeastConnectionsSelector(Candidate[] candidates, Random random)
    {
        _candidates = candidates;
        _draw = new WeightedDraw(candidates, random);

        double weight = Candidates.Weight(candidates);
        double sessions = candidates.Sum(static one => (long)one.Backend.ActiveSessions) / weight;
        _isBehind = [.. candidates.Select(one =>
            one.Backend.ActiveSessions < (sessions * one.Weight / 2) - FewSessions)];
        _chanceOfBehind = MostShares / weight
            * candidates.Where((_, i) => _isBehind[i]).Sum(static one => one.Weight);
    }

    /// <inheritdoc/>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        int behind = -1;
        int least = -1;
        int at = _draw.One();
        for (int looked = 0; looked < _candidates.Length && (looked < MostLooked || least < 0); looked++)
        {
            ref int rival = ref _isBehind[at] ? ref behind : ref least;
            if (_candidates[at].Takes(tried) && (rival < 0 || IsLess(at, rival))) rival = at;
            if (++at == _candidates.Length) at = 0;
        }

        if (behind < 0) return least < 0 ? null : _candidates[least].Backend;
        if (least < 0) return _candidates[behind].Backend;

        if (IsLess(behind, least))
        {
            return _candidates[_draw.Happens(_chanceOfBehind) ? behind : least].Backend;
        }

        _isBehind[behind] = false;
        return _candidates[least].Backend;
    }

    private bool IsLess(int one, int other) =>
        _candidates[one].SessionsFor(_candidates[other].Weight)
        < _candidates[other].SessionsFor(_candidates[one].Weight);
}
