using System.Globalization;

namespace L4Balancer.Daemon.Metrics;

/// <summary>One value under its labels.</summary>
/// <param name="Name">The sample's name; of a histogram with <c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</param>
/// <param name="Labels">The labels as they are written, sorted, without braces and without <c>le</c>.</param>
/// <param name="Bound">A bucket's upper bound; null for all that is no bucket.</param>
/// <param name="Value">The value as it is written.</param>
internal readonly record struct MetricSample(string Name, string Labels, double? Bound, string Value);

/// <summary>All samples that share a <c># TYPE</c> line.</summary>
internal sealed class MetricFamily(string name, string type)
{
    /// <summary>The type of what only grows.</summary>
    public const string Counter = "counter";

    /// <summary>The type of what goes up and down.</summary>
    public const string Gauge = "gauge";

    /// <summary>The type of counts below bounds.</summary>
    public const string Histogram = "histogram";

    private const string BoundLabel = "le";

    private readonly List<MetricSample> _samples = [];

    /// <summary>Its full name.</summary>
    public string Name { get; } = name;

    /// <summary>Counter, gauge or histogram.</summary>
    public string Type { get; } = type;

    /// <summary>What it means, in a sentence.</summary>
    public string Help { get; set; } = "";

    /// <summary>Adds a measurement.</summary>
    public void Add(string sampleName, ReadOnlySpan<KeyValuePair<string, object?>> tags, string value)
    {
        double? bound = null;
        List<string> labels = new(tags.Length);
        foreach ((string key, object? tag) in tags)
        {
            string text = Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "";
            if (Type == Histogram && key == BoundLabel) bound = PrometheusText.ParseBound(text);
            else labels.Add($"{key}=\"{PrometheusText.EscapeLabel(text)}\"");
        }

        labels.Sort(StringComparer.Ordinal);
        _samples.Add(new MetricSample(sampleName, string.Join(',', labels), bound, value));
    }

    /// <summary>
    /// The samples in the order of the text: by labels; those of a histogram as buckets by bound, ending with +Inf,
    /// then sum
    /// and count.
    /// </summary>
    public IEnumerable<MetricSample> Sorted()
    {
        if (Type != Histogram) return _samples.OrderBy(sample => sample.Labels, StringComparer.Ordinal);

        return _samples
            .GroupBy(sample => sample.Labels)
            .OrderBy(series => series.Key, StringComparer.Ordinal)
            .SelectMany(series => WithInfinity(series.Key, [.. series])
                .OrderBy(sample => sample.Bound is null)
                .ThenBy(sample => sample.Bound)
                .ThenByDescending(sample => sample.Name, StringComparer.Ordinal));
    }

    /// <summary>The bucket +Inf, which every reader expects, counts everything.</summary>
    private IEnumerable<MetricSample> WithInfinity(string labels, List<MetricSample> series)
    {
        MetricSample count = series.Find(sample => sample.Name == $"{Name}_count");
        bool isMissing = count.Name is not null && !series.Exists(sample => sample.Bound == double.PositiveInfinity);
        return isMissing
            ? series.Append(new MetricSample($"{Name}_bucket", labels, double.PositiveInfinity, count.Value))
            : series;
    }
}
