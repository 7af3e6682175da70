using L4Balancer.Bench.Peers.Balancers;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>How L4Balancer stands to a bar.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="Figure">What is held against its limits: a ratio, or the figure itself.</param>
/// <param name="Met">It is met.</param>
/// <param name="Stretch">So is the stretch.</param>
internal sealed record Verdict(Bar Bar, double Figure, bool Met, bool Stretch)
{
    /// <summary>In a word.</summary>
    public string Word => Stretch ? "stretch met" : Met ? "met" : "MISSED";

    /// <summary>Judges a metric; null where there is no bar, or something was not measured.</summary>
    public static Verdict? Of(Metric metric, Samples samples)
    {
        if (!Bars.All.TryGetValue(metric.Name, out Bar? bar)) return null;
        if (samples.Median(metric.Name, Contestant.OwnName) is not { } own) return null;
        if (bar.Against == Against.Itself) return Judge(bar, own, metric.MoreIsBetter);

        if (bar.Against == Against.PeerAndSlack)
        {
            double? least = bar.Peers.Min(peer => samples.Median(metric.Name, peer));
            return least is not { } lost ? null
                : new Verdict(bar, own - lost, own <= lost + bar.Limit, own <= lost + bar.Stretch);
        }

        double? ratio = bar.Against == Against.Baseline
            ? samples.Ratio(metric.Name, Contestant.OwnName, bar.Baseline, Contestant.OwnName)
            : Toughest(metric, bar.Peers, samples)?.Ratio;
        return ratio is { } figure ? Judge(bar, figure, metric.MoreIsBetter) : null;
    }

    /// <summary>The peer beside which L4Balancer looks worst, and its ratio; null where none was measured.</summary>
    public static (string Name, double Ratio)? Toughest(Metric metric, IReadOnlyList<string> peers, Samples samples)
    {
        (string Name, double Ratio)[] found =
        [
            .. from name in peers
               let ratio = Ratio(metric, name, samples)
               where ratio is not null
               select (name, ratio.Value),
        ];
        if (found.Length == 0) return null;
        return metric.MoreIsBetter ? found.MinBy(static one => one.Ratio) : found.MaxBy(static one => one.Ratio);
    }

    /// <summary>
    /// L4Balancer's figures over a peer's; null where one is missing. Of differences it is the ratio of their medians:
    /// a ratio of two small ones in a single round would be anything. What is less than can be told from nothing counts
    /// as just that much, for both alike; so two of that kind are equal, and neither a zero nor a sign decides.
    /// </summary>
    public static double? Ratio(Metric metric, string peer, Samples samples)
    {
        if (metric.DifferenceIn is not { } whole)
            return samples.Ratio(metric.Name, Contestant.OwnName, metric.Name, peer);
        if (samples.Median(metric.Name, Contestant.OwnName) is not { } own) return null;
        if (samples.Median(metric.Name, peer) is not { } other) return null;
        if (samples.Uncertainty(whole, Contestant.DirectName) is not { } least) return null;

        return Math.Max(own, least) / Math.Max(other, least);
    }

    private static Verdict Judge(Bar bar, double figure, bool moreIsBetter) => moreIsBetter
        ? new Verdict(bar, figure, figure >= bar.Limit, figure >= bar.Stretch)
        : new Verdict(bar, figure, figure <= bar.Limit, figure <= bar.Stretch);
}
