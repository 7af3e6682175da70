using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2018): a candidate that has its share of
/// all flows, times a factor above 1, gets no more. What it would have got goes on to the next in the order of the
/// flow's own hash, so that as few flows as possible move. Called by every shard; takes no lock.
/// </summary>
internal sealed class LoadBound
{
    /// <summary>Keeps a bound that is a whole number from being taken for a little more.</summary>
    private const double Rounding = 1e-9;

    /// <summary>
    /// All sessions are counted anew once in so many picks for each candidate: looks at eight candidates a pick
    /// whatever their number, and what it misses in between is an eighth of a flow for each candidate.
    /// </summary>
    private const int RecountEvery = 8;

    private readonly Candidate[] _candidates;
    private readonly double _perWeight;
    private readonly int _picksPerCount;
    private int _picks;
    private long _sessions;

    /// <summary>Bounds the load of candidates.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="maxLoad">A candidate's most sessions as a multiple of its share of all; above 1.</param>
    public LoadBound(Candidate[] candidates, double maxLoad)
    {
        _candidates = candidates;
        _perWeight = maxLoad / Candidates.Weight(candidates);
        _picksPerCount = Math.Max(1, candidates.Length / RecountEvery);
        _picks = _picksPerCount;
    }

    /// <summary>Sessions for each unit of weight that a candidate may have with the next flow.</summary>
    public double Now()
    {
        // Shards that do this at once lose a pick or count twice, which does no harm.
        if (++_picks >= _picksPerCount)
        {
            _picks = 0;
            Volatile.Write(ref _sessions, Count());
        }

        return (Volatile.Read(ref _sessions) + 1) * _perWeight;
    }

    /// <summary>A candidate may have a further session.</summary>
    /// <param name="one">The candidate.</param>
    /// <param name="now">From <see cref="Now"/>.</param>
    public static bool HasRoom(in Candidate one, double now) =>
        one.Backend.ActiveSessions < Math.Ceiling((now * one.Weight) - Rounding);

    /// <summary>
    /// The first from an index that a flow may be sent to and that has room; where none has, the first that it may be
    /// sent to at all.
    /// </summary>
    /// <returns>Null where none takes it. Looks at each at most twice.</returns>
    public Backend? FirstFrom(int start, ReadOnlySpan<Backend> tried, double now)
    {
        int at = start;
        for (int looked = 0; looked < _candidates.Length; looked++)
        {
            ref readonly Candidate one = ref _candidates[at];
            if (one.Takes(tried) && HasRoom(one, now)) return one.Backend;
            if (++at == _candidates.Length) at = 0;
        }

        return Candidates.FirstFrom(_candidates, start, tried);
    }

    private long Count()
    {
        long sessions = 0;
        foreach (Candidate one in _candidates) sessions += one.Backend.ActiveSessions;
        return sessions;
    }
}
