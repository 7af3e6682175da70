using System.Diagnostics.Metrics;
using System.Globalization;

namespace L4Balancer.Metrics;

/// <summary>A label with its value.</summary>
internal readonly record struct Label(string Key, string Value)
{
    public static implicit operator KeyValuePair<string, object?>(Label label) => new(label.Key, label.Value);
}

/// <summary>
/// A histogram's values under some labels. <paramref name="Count"/> gives a bucket's own count, the last without bound.
/// </summary>
internal readonly record struct HistogramReading(
    Label[] Labels, IReadOnlyList<double> Bounds, Func<int, long> Count, double Sum);

/// <summary>
/// Publishes what is counted elsewhere. The names are Prometheus's own; the exporter adds the prefix.
/// </summary>
internal static class MeterExtensions
{
    /// <summary>A value under its labels.</summary>
    public static Measurement<T> With<T>(this T value, params ReadOnlySpan<Label> labels)
        where T : struct
    {
        KeyValuePair<string, object?>[] tags = new KeyValuePair<string, object?>[labels.Length];
        for (int i = 0; i < labels.Length; i++) tags[i] = labels[i];
        return new Measurement<T>(value, tags);
    }

    /// <summary>
    /// A histogram that is counted by its owner. The framework has no observable one, so it is three instruments, in
    /// the shape of the text format, which name the family they belong to in a tag of their own.
    /// </summary>
    public static void CreateObservableHistogram(
        this Meter meter, string name, Func<IEnumerable<HistogramReading>> read, string description)
    {
        KeyValuePair<string, object?>[] family = [new("histogram", name)];
        meter.CreateObservableCounter($"{name}_bucket", () => read().SelectMany(Buckets), null, description, family);
        meter.CreateObservableCounter($"{name}_sum", () => read().Select(Sum), null, description, family);
        meter.CreateObservableCounter($"{name}_count", () => read().Select(Total), null, description, family);
    }

    private static Measurement<double> Sum(HistogramReading reading) => reading.Sum.With(reading.Labels);

    private static Measurement<long> Total(HistogramReading reading) =>
        Enumerable.Range(0, reading.Bounds.Count + 1).Sum(reading.Count).With(reading.Labels);

    private static IEnumerable<Measurement<long>> Buckets(HistogramReading reading)
    {
        long upTo = 0;
        for (int i = 0; i <= reading.Bounds.Count; i++)
        {
            upTo += reading.Count(i);
            string bound = i < reading.Bounds.Count ? reading.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            yield return upTo.With([.. reading.Labels, new Label("le", bound)]);
        }
    }
}
