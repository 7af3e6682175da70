using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>
/// The own zone first. It serves alone while enough of it is available. Below that its backends keep the weight that
/// they have, and those of other zones get together what is missing, so that nobody's flows move but those that must;
/// no backend elsewhere gets more by its weight than one at home. Wholly without the own zone the others serve.
/// </summary>
/// <param name="Zone">The balancer's own; empty for none, and all zones are alike.</param>
/// <param name="SpillBelow">Share of the own zone's weight, 0 to 1, that is enough.</param>
/// <param name="Weights">How weights are written.</param>
internal sealed record ZonePreference(string Zone, double SpillBelow, FineWeights Weights)
{
    /// <summary>Divides the members that serve in a tier.</summary>
    /// <param name="serving">Who serves.</param>
    /// <param name="tier">All of the tier, also who does not serve.</param>
    /// <returns>Who takes flows, who does when those do not, and the share that goes to other zones.</returns>
    public (Candidate[] First, Candidate[] Then, double Spilled) Divide(
        IReadOnlyList<Member> serving, IEnumerable<Member> tier)
    {
        Member[] local = [.. serving.Where(one => one.Zone == Zone)];
        if (Zone.Length == 0) return (Candidates(serving), [], 0);
        if (local.Length == 0) return (Candidates(serving), [], serving.Count > 0 && Whole(tier) > 0 ? 1 : 0);

        // By name, so that rounding falls to the same backends in whatever order they are listed.
        Member[] others = [.. serving.Where(one => one.Zone != Zone)
            .OrderBy(static one => one.Backend.Name, StringComparer.Ordinal)];
        double missing = (SpillBelow * Whole(tier)) - local.Sum(Weights.Exact);
        if (missing <= 0 || others.Length == 0) return (Candidates(local), Candidates(others), 0);

        Candidate[] spilled = [.. Spilled(others, missing)];
        Candidate[] first = [.. Candidates(local), .. spilled];
        return (
            first,
            Candidates([.. others.Where(one => !Array.Exists(spilled, with => with.Backend == one.Backend))]),
            (double)spilled.Sum(static one => one.Weight) / first.Sum(static one => one.Weight));
    }

    private Candidate[] Candidates(IEnumerable<Member> members) => [.. members.Select(Weights.Candidate)];

    /// <summary>What the own zone would weigh with everything in it.</summary>
    private double Whole(IEnumerable<Member> tier) =>
        tier.Where(one => one.Zone == Zone).Sum(one => (double)one.Configured * one.Own * Weights.Scale);

    /// <summary>
    /// Gives weight to other zones' members, in proportion to their own. The sum is right to half a unit: each gets the
    /// difference of two rounded sums, which may be nothing where there are many for little.
    /// </summary>
    private IEnumerable<Candidate> Spilled(Member[] others, double weight)
    {
        double part = Math.Min(1, weight / others.Sum(Weights.Exact));
        double exact = 0;
        double given = 0;
        foreach (Member one in others)
        {
            exact += Weights.Exact(one) * part;
            double now = Math.Round(exact) - given;
            given += now;
            if (now >= 1) yield return FineWeights.Candidate(one, now);
        }
    }
}
