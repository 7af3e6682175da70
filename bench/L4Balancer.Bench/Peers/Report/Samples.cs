using L4Balancer.Bench.Load;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>One figure: of a metric, a balancer, a round.</summary>
internal readonly record struct Sample(string Metric, string Contestant, int Round, double Value);

/// <summary>The figures of a run. What was measured in round 0 is forgotten: it is there to warm up.</summary>
internal sealed class Samples
{
    private readonly List<Sample> _all = [];

    /// <summary>Keeps a figure.</summary>
    public void Add(string metric, string contestant, int round, double value)
    {
        if (round > 0) _all.Add(new Sample(metric, contestant, round, value));
    }

    /// <summary>All figures of a metric and a balancer, by round.</summary>
    public double[] Of(string metric, string contestant) =>
        [.. _all.Where(one => one.Metric == metric && one.Contestant == contestant).OrderBy(static one => one.Round)
            .Select(static one => one.Value)];

    /// <summary>The balancers that a metric was measured of, as they first came.</summary>
    public string[] Contestants(string metric) =>
        [.. _all.Where(one => one.Metric == metric).Select(static one => one.Contestant).Distinct()];

    /// <summary>The median of a metric's rounds; null where there is none.</summary>
    public double? Median(string metric, string contestant) => Middle(Of(metric, contestant));

    /// <summary>
    /// By how much a metric's median may be another in another run: its standard error by the rounds' median absolute
    /// deviation, which a few rounds that were disturbed do not move; at least what a histogram does not know. Null
    /// where there are no figures.
    /// </summary>
    public double? Uncertainty(string metric, string contestant)
    {
        const double DeviationOfNormal = 1.4826; // A standard deviation is that many median absolute ones,
        const double ErrorOfMedian = 1.2533;     // and a median has that many times the error of a mean.
        if (Median(metric, contestant) is not { } median) return null;

        double[] values = Of(metric, contestant);
        double deviation = Middle([.. values.Select(value => Math.Abs(value - median))]) ?? 0;
        return Math.Max(
            ErrorOfMedian * DeviationOfNormal * deviation / Math.Sqrt(values.Length),
            LatencyHistogram.RelativeError * median);
    }

    /// <summary>
    /// A balancer's figures over another's, or over its own of another metric: the median of each round's ratio. The
    /// turns of a round follow each other, so a drift of the machine from round to round is in neither. Null where no
    /// round has both.
    /// </summary>
    public double? Ratio(string metric, string contestant, string otherMetric, string otherContestant) => Middle(
    [
        .. from own in _all
           where own.Metric == metric && own.Contestant == contestant
           from other in _all
           where other.Metric == otherMetric && other.Contestant == otherContestant && other.Round == own.Round
           select own.Value / other.Value,
    ]);

    /// <summary>The value in the middle, or the mean of the two in the middle; null where there is none.</summary>
    private static double? Middle(double[] values)
    {
        if (values.Length == 0) return null;

        Array.Sort(values);
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
