using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>Draws candidates at random in proportion to their weights. Any thread; allocates nothing.</summary>
internal sealed class WeightedDraw
{
    /// <summary>Draws before the candidates are looked through: enough that they are rarely needed.</summary>
    private const int Draws = 4;

    private readonly Candidate[] _candidates;
    private readonly long[] _ends; // The sum of the weights up to each candidate, itself included.
    private readonly Random _random;

    /// <summary>Draws among candidates.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="random">The source; one for any thread, or seeded for a single one.</param>
    public WeightedDraw(Candidate[] candidates, Random random)
    {
        _candidates = candidates;
        _random = random;
        _ends = new long[candidates.Length];
        long sum = 0;
        for (int i = 0; i < candidates.Length; i++) _ends[i] = sum += candidates[i].Weight;
    }

    /// <summary>Any candidate.</summary>
    public int One() => At(_random.NextInt64(_ends[^1]));

    /// <summary>True with a probability.</summary>
    public bool Happens(double probability) => _random.NextDouble() < probability;

    /// <summary>One that a flow may be sent to, or -1.</summary>
    public int One(ReadOnlySpan<Backend> tried)
    {
        int at = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            at = One();
            if (_candidates[at].Takes(tried)) return at;
        }

        return Candidates.IndexFrom(_candidates, at, tried);
    }

    /// <summary>
    /// Two different ones that a flow may be sent to; twice the same where there is one alone, and -1 where none is.
    /// </summary>
    public (int First, int Second) Two(ReadOnlySpan<Backend> tried)
    {
        int first = One(tried);
        if (first < 0 || _candidates.Length == 1) return (first, first);

        int second = first;
        for (int draw = 0; draw < Draws; draw++)
        {
            second = Beside(first);
            if (_candidates[second].Takes(tried)) return (first, second);
        }

        second = Candidates.IndexFrom(_candidates, second, tried, but: first);
        return (first, second < 0 ? first : second);
    }

    /// <summary>Any but one, of which there are at least two: draws from what is left without it.</summary>
    private int Beside(int one)
    {
        int weight = _candidates[one].Weight;
        long drawn = _random.NextInt64(_ends[^1] - weight);
        return At(drawn < _ends[one] - weight ? drawn : drawn + weight);
    }

    /// <summary>The candidate whose part of the weight a number falls into. Halves at each step.</summary>
    private int At(long drawn)
    {
        int low = 0;
        int high = _ends.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (drawn < _ends[middle]) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
