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
        if (bar.Against == Against.Itself) return Judge(bar, own, own, unit: 1, metric.MoreIsBetter);

        double? other = bar.Against == Against.Baseline
            ? samples.Median(bar.Baseline, Contestant.OwnName)
            : Best(metric, bar.Peers, samples)?.Value;
        if (other is not { } against) return null;
        if (bar.Against == Against.PeerAndSlack)
        {
            return new Verdict(bar, own - against, own <= against + bar.Limit, own <= against + bar.Stretch);
        }

        return Judge(bar, own / against, own, against, metric.MoreIsBetter);
    }

    /// <summary>The best of some peers by median; null where none was measured.</summary>
    public static (string Name, double Value)? Best(Metric metric, IReadOnlyList<string> peers, Samples samples)
    {
        (string Name, double Value)[] found =
        [
            .. from name in peers
               let median = samples.Median(metric.Name, name)
               where median is not null
               select (name, median.Value),
        ];
        if (found.Length == 0) return null;
        return metric.MoreIsBetter
            ? found.MaxBy(static one => one.Value)
            : found.MinBy(static one => one.Value);
    }

    // Multiplied, not divided: a peer that adds nothing must not make everything good.
    private static Verdict Judge(Bar bar, double figure, double own, double unit, bool moreIsBetter) => moreIsBetter
        ? new Verdict(bar, figure, own >= bar.Limit * unit, own >= bar.Stretch * unit)
        : new Verdict(bar, figure, own <= bar.Limit * unit, own <= bar.Stretch * unit);
}
