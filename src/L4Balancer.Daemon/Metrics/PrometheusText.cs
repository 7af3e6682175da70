using System.Globalization;
using System.Text;

namespace L4Balancer.Daemon.Metrics;

/// <summary>The Prometheus text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>Writes families with their samples.</summary>
    public static string Write(IEnumerable<MetricFamily> families)
    {
        StringBuilder text = new(16 * 1024);
        foreach (MetricFamily family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n');
            foreach (MetricSample sample in family.Sorted()) Append(text, sample);
        }

        return text.ToString();
    }

    /// <summary>The shortest text that reads as the same number.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Reads a bucket's bound.</summary>
    public static double ParseBound(string text) =>
        text is "+Inf" or "Infinity" or "\u221E"
            ? double.PositiveInfinity
            : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Escapes the value of a label.</summary>
    public static string EscapeLabel(string value) =>
        EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static void Append(StringBuilder text, in MetricSample sample)
    {
        text.Append(sample.Name);
        if (sample.Labels.Length > 0 || sample.Bound is not null)
        {
            text.Append('{').Append(sample.Labels);
            if (sample.Bound is { } bound)
            {
                if (sample.Labels.Length > 0) text.Append(',');
                text.Append("le=\"").Append(Number(bound)).Append('"');
            }

            text.Append('}');
        }

        text.Append(' ').Append(sample.Value).Append('\n');
    }
}
