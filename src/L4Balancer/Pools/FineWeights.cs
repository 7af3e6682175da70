using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>
/// Weights of selectors are whole numbers from 1 to 256. Where parts of a weight matter all weights of a pool are taken
/// times the same power of two, which depends on the configuration alone: what did not change keeps its weight, and a
/// ring, which is told of it, its points. A weight is then off by at most half a unit, 1/512 of one backend's where all
/// weigh the same and together no more than 4096.
/// </summary>
/// <param name="Scale">What a weight of 1 is.</param>
/// <param name="WeightOfAll">Weight of all that could be candidates, before that.</param>
internal readonly record struct FineWeights(int Scale, int WeightOfAll)
{
    private const int MostWeight = 256;
    private const int MostWeightOfAll = 1 << 20;

    /// <summary>The weights of a pool.</summary>
    /// <param name="members">All of them.</param>
    /// <param name="hasParts">Parts of weights are needed whoever is available.</param>
    public static FineWeights Of(IReadOnlyList<Member> members, bool hasParts)
    {
        (int most, int all) = (1, 0);
        foreach (Member one in members)
        {
            int weight = Math.Max(one.Weight, one.Configured);
            most = Math.Max(most, weight);
            all += weight;
            hasParts |= one.Factor != 100;
        }

        if (!hasParts) return new FineWeights(1, all);

        int room = Math.Min(MostWeight / most, MostWeightOfAll / Math.Max(all, 1));
        return new FineWeights(room < 1 ? 1 : 1 << int.Log2(room), all);
    }

    /// <summary>The weight of a member here, in units of <see cref="Scale"/>, not rounded.</summary>
    public double Exact(Member one) => one.Weight * (one.Factor / 100.0) * one.Own * Scale;

    /// <summary>A member as a candidate.</summary>
    public Candidate Candidate(Member one) => Candidate(one, Exact(one));

    /// <summary>A member as a candidate of this weight, rounded; at least 1.</summary>
    public static Candidate Candidate(Member one, double weight) =>
        new(one.Backend, Math.Clamp((int)Math.Round(weight), 1, MostWeight));
}
