using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>What selectors ask of their candidates as a whole.</summary>
internal static class Candidates
{
    /// <summary>In the order of their names, which is the same on every node however they are listed.</summary>
    public static Candidate[] ByName(IReadOnlyList<Candidate> candidates) =>
        [.. candidates.OrderBy(static one => one.Backend.Name, StringComparer.Ordinal)];

    /// <summary>Their weights' sum.</summary>
    public static long Weight(ReadOnlySpan<Candidate> candidates)
    {
        long sum = 0;
        foreach (Candidate one in candidates) sum += one.Weight;
        return sum;
    }

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names(Candidate[] candidates) =>
        [.. candidates.Select(static one => one.Backend.Name)];

    /// <summary>Each one's share of their weight.</summary>
    public static double[] Shares(Candidate[] candidates)
    {
        double all = Weight(candidates);
        return [.. candidates.Select(one => one.Weight / all)];
    }

    /// <summary>
    /// The first that a flow may be sent to, beginning anywhere: for when a policy has looked where it looks first.
    /// </summary>
    /// <param name="candidates">Of a selector.</param>
    /// <param name="start">An index.</param>
    /// <param name="tried">Backends that have failed the flow.</param>
    /// <returns>Null where none takes it. Looks at each at most once.</returns>
    public static Backend? FirstFrom(ReadOnlySpan<Candidate> candidates, int start, ReadOnlySpan<Backend> tried)
    {
        int at = IndexFrom(candidates, start, tried);
        return at < 0 ? null : candidates[at].Backend;
    }

    /// <summary>As <see cref="FirstFrom"/>: its index, or -1.</summary>
    /// <param name="candidates">Of a selector.</param>
    /// <param name="start">An index.</param>
    /// <param name="tried">Backends that have failed the flow.</param>
    /// <param name="but">An index that is not meant.</param>
    public static int IndexFrom(
        ReadOnlySpan<Candidate> candidates, int start, ReadOnlySpan<Backend> tried, int but = -1)
    {
        int at = start;
        for (int looked = 0; looked < candidates.Length; looked++)
        {
            if (at != but && candidates[at].Takes(tried)) return at;
            if (++at == candidates.Length) at = 0;
        }

        return -1;
    }
}
