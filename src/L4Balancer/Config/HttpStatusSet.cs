using System.Globalization;

namespace L4Balancer.Config;

/// <summary>Some status codes of HTTP. Two are equal where they are written alike.</summary>
public sealed class HttpStatusSet : IEquatable<HttpStatusSet>
{
    private const int Least = 100;
    private const int Most = 599;
    private const int MostRanges = 32;

    private readonly (int First, int Last)[] _ranges;

    private HttpStatusSet((int First, int Last)[] ranges) => _ranges = ranges;

    /// <summary>200 to 399.</summary>
    public static HttpStatusSet Good { get; } = new([(200, 399)]);

    /// <summary>Reads <c>200-299, 404</c>.</summary>
    /// <returns>Null where it is not a list of at most 32 codes and ranges from 100 to 599.</returns>
    public static HttpStatusSet? Parse(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        (int First, int Last)[] ranges = new (int, int)[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            string[] ends = parts[i].Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !IsCode(ends[0], out int first) || !IsCode(ends[^1], out int last)) return null;
            if (last < first) return null;

            ranges[i] = (first, last);
        }

        return ranges.Length <= MostRanges ? new HttpStatusSet(ranges) : null;
    }

    /// <summary>True where the code is among them.</summary>
    public bool Contains(int code) => Array.Exists(_ranges, range => range.First <= code && code <= range.Last);

    /// <summary>As the configuration writes them.</summary>
    public override string ToString() => string.Join(", ", _ranges.Select(static range => range.First == range.Last
        ? ConfigText.Number(range.First)
        : $"{ConfigText.Number(range.First)}-{ConfigText.Number(range.Last)}"));

    /// <inheritdoc/>
    public bool Equals(HttpStatusSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HttpStatusSet);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private static bool IsCode(string text, out int code) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out code) && code is >= Least and <= Most;
}
