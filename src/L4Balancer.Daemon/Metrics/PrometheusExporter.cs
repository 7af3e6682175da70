using System.Diagnostics.Metrics;
using System.Globalization;
using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Metrics;

/// <summary>
/// Writes the observable instruments of chosen meters in the Prometheus text format. It asks the instruments at each
/// scrape and keeps nothing in between. Any thread; scrapes at the same time wait for each other.
/// </summary>
/// <remarks>
/// A histogram arrives as three instruments <c>X_bucket</c> (tag <c>le</c>), <c>X_sum</c> and <c>X_count</c>, whose
/// own tag
/// <c>histogram</c> is <c>X</c>; its buckets are cumulative.
/// </remarks>
internal sealed class PrometheusExporter : IDisposable
{
    /// <summary>What Prometheus 3 wants to read in the answer's header.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string HistogramTag = "histogram";

    private readonly Lock _scraping = new();
    private readonly ILogger _logger;
    private readonly Dictionary<string, string> _prefixes;
    private readonly MeterListener _listener = new();
    private SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>Collects from the meters of these names; each name brings the prefix of its instruments.</summary>
    public PrometheusExporter(ILogger logger, params ReadOnlySpan<(string Meter, string Prefix)> meters)
    {
        _logger = logger;
        _prefixes = [];
        foreach ((string meter, string prefix) in meters) _prefixes.Add(meter, prefix);

        _listener.InstrumentPublished = (instrument, listener) =>
        {
            bool isWanted = instrument.IsObservable && _prefixes.ContainsKey(instrument.Meter.Name);
            if (isWanted) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            Take(instrument, value.ToString(CultureInfo.InvariantCulture), tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
            Take(instrument, value.ToString(CultureInfo.InvariantCulture), tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            Take(instrument, PrometheusText.Number(value), tags));
        _listener.Start();
    }

    /// <summary>The current values, families and samples in a stable order.</summary>
    public string Scrape()
    {
        lock (_scraping)
        {
            _families = new SortedDictionary<string, MetricFamily>(StringComparer.Ordinal);
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException failures)
            {
                _logger.MetricsFailed(failures); // The other instruments have been asked all the same.
            }

            return PrometheusText.Write(_families.Values);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string prefix = _prefixes[instrument.Meter.Name];
        string name = prefix + instrument.Name;
        string? histogram = instrument.Tags?.FirstOrDefault(tag => tag.Key == HistogramTag).Value as string;

        string familyName = histogram is null ? name : prefix + histogram;
        if (!_families.TryGetValue(familyName, out MetricFamily? family))
        {
            family = new MetricFamily(familyName, histogram is null ? TypeOf(instrument) : MetricFamily.Histogram);
            _families.Add(familyName, family);
        }

        if (family.Help.Length == 0) family.Help = instrument.Description ?? "";
        family.Add(name, tags, value);
    }

    private static string TypeOf(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(ObservableCounter<>) ? MetricFamily.Counter : MetricFamily.Gauge;
    }
}
