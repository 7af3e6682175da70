using System.Globalization;
using System.Text;
using L4Balancer.Bench.Peers.Balancers;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>The tables that are printed, and that stand in RESULTS.md as they were printed.</summary>
internal sealed class Tables(IReadOnlyList<Metric> metrics, Samples samples)
{
    private static readonly (MetricGroup Group, string Heading)[] Headings =
    [
        (MetricGroup.Tcp, "TCP, one worker"),
        (MetricGroup.Latency, "TCP, latency"),
        (MetricGroup.TwoWorkers, "TCP, two workers on two cores that the load uses too (l4balancer-1: one shard)"),
        (MetricGroup.Udp, "UDP, one worker, 50 flows"),
        (MetricGroup.Process, "Process"),
    ];

    /// <summary>All verdicts on what was measured.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; } =
        [.. metrics.Select(metric => Verdict.Of(metric, samples)).OfType<Verdict>()];

    /// <summary>What has a bar and should have been measured, and was not.</summary>
    public string[] Unjudged { get; } =
        [.. metrics.Where(metric => Bars.All.ContainsKey(metric.Name) && Verdict.Of(metric, samples) is null)
            .Select(static metric => metric.Name)];

    /// <summary>The tables and the sum of their verdicts.</summary>
    public string Render()
    {
        StringBuilder text = new();
        foreach ((MetricGroup group, string heading) in Headings)
        {
            Metric[] some =
            [
                .. metrics.Where(metric =>
                    metric.Group == group && !metric.IsRaw && samples.Contestants(metric.Name).Length > 0),
            ];
            if (some.Length == 0) continue;
            text.Append("### ").Append(heading).Append("\n\n").Append(Render(some)).Append('\n');
        }

        return text.Append(Sum()).ToString();
    }

    private string Render(Metric[] some)
    {
        MarkdownTable table = new("", "", ">min", ">median", ">max", ">user", ">ratio", "", ">bar", "verdict");
        foreach (Metric metric in some)
        {
            string[] contestants = samples.Contestants(metric.Name);
            string[] ordered =
            [
                .. contestants.Where(static one => one == Contestant.DirectName),
                .. Roster.Others.Where(contestants.Contains),
                .. contestants.Where(static one => one.StartsWith(Contestant.OwnName, StringComparison.Ordinal))
                    .OrderByDescending(static one => one.Length),
            ];
            foreach (string contestant in ordered) AddRow(table, metric, contestant, contestant == ordered[0]);
        }

        return table.ToString();
    }

    private void AddRow(MarkdownTable table, Metric metric, string contestant, bool first)
    {
        double[] values = samples.Of(metric.Name, contestant);
        bool own = contestant == Contestant.OwnName;
        Verdict? verdict = own ? Verdict.Of(metric, samples) : null;
        (string Name, double? Ratio) beside =
            Roster.Others.Contains(contestant) ? ("", Verdict.Ratio(metric, contestant, samples))
            : own && Verdict.Toughest(metric, verdict?.Bar.Peers ?? Roster.Peers, samples) is { } peer
                ? ($"to {peer.Name}", peer.Ratio)
            : ("", null);
        double median = samples.Median(metric.Name, contestant) ?? 0;
        table.Add(
            first ? metric.Title : "",
            contestant,
            Text(values.Min(), metric.Decimals),
            Text(median, metric.Decimals),
            Text(values.Max(), metric.Decimals),
            samples.Median($"{metric.Name}-user", contestant) is { } user ? Text(user, metric.Decimals) : "",
            HasRatio(beside.Ratio) ? Text(beside.Ratio!.Value, 2) : "",
            HasRatio(beside.Ratio) ? beside.Name : "",
            verdict is null ? "" : Limits(verdict.Bar, metric),
            verdict is null ? "" : Words(verdict));
    }

    private static bool HasRatio(double? ratio) => ratio is { } value && double.IsFinite(value);

    private static string Limits(Bar bar, Metric metric)
    {
        string sign = metric.MoreIsBetter ? ">=" : "<=";
        int decimals = bar.Against == Against.Itself ? metric.Decimals : 2;
        return bar.Against switch
        {
            Against.PeerAndSlack => $"{sign} peer + {Text(bar.Limit, 0)}",
            Against.Itself => $"itself {sign} {Text(bar.Limit, decimals)} ({Text(bar.Stretch, decimals)})",
            Against.Baseline => $"of none {sign} {Text(bar.Limit, decimals)} ({Text(bar.Stretch, decimals)})",
            _ when metric.DifferenceIn is not null =>
                $"of medians {sign} {Text(bar.Limit, decimals)} ({Text(bar.Stretch, decimals)})",
            _ => $"{sign} {Text(bar.Limit, decimals)} ({Text(bar.Stretch, decimals)})",
        };
    }

    private static string Words(Verdict verdict) => verdict.Bar.Against == Against.Baseline
        ? $"{Text(verdict.Figure, 2)}: {verdict.Word}"
        : verdict.Word;

    private string Sum()
    {
        int met = Verdicts.Count(static one => one.Met);
        int stretch = Verdicts.Count(static one => one.Stretch);
        string[] missed = [.. Verdicts.Where(static one => !one.Met).Select(static one => one.Bar.Metric)];
        string[] absent = [.. Bars.All.Keys.Except(Verdicts.Select(static one => one.Bar.Metric))];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Bars: {met} met, {stretch} of them with the stretch; ")
            .Append(missed.Length == 0 ? "none missed" : $"missed: {string.Join(", ", missed)}");
        if (absent.Length > 0) text.Append("; not measured: ").AppendJoin(", ", absent);
        return text.Append(".\n").ToString();
    }

    /// <summary>A figure with so many digits behind the point.</summary>
    public static string Text(double value, int decimals) =>
        value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
