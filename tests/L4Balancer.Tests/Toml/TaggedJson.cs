using System.Globalization;
using System.Text.Json;
using L4Balancer.Toml;

namespace L4Balancer.Tests.Toml;

/// <summary>
/// Compares a document with the suite's form of it: tables are objects, arrays are arrays, and every scalar is an
/// object of a <c>type</c> and a <c>value</c>, both strings.
/// </summary>
internal static class TaggedJson
{
    /// <summary>What differs, in words with the path to it. Empty when nothing does.</summary>
    internal static IEnumerable<string> Differences(JsonElement expected, TomlNode actual, string path = "")
    {
        return expected.ValueKind switch
        {
            JsonValueKind.Array when actual is TomlArray array => OfArray(expected, array, path),
            JsonValueKind.Object when IsScalar(expected) => OfScalar(expected, actual, path),
            JsonValueKind.Object when actual is TomlTable table => OfTable(expected, table, path),
            _ => [$"{path}: expected {expected}, found {actual.Kind}"],
        };
    }

    private static IEnumerable<string> OfArray(JsonElement expected, TomlArray actual, string path)
    {
        if (expected.GetArrayLength() != actual.Items.Count) return [$"{path}: {actual.Items.Count} items"];
        return expected.EnumerateArray().Zip(actual.Items)
            .SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{path}[{i}]"));
    }

    private static IEnumerable<string> OfTable(JsonElement expected, TomlTable actual, string path)
    {
        foreach (JsonProperty property in expected.EnumerateObject())
        {
            string name = $"{path}.{property.Name}";
            IEnumerable<string> inside = actual.TryGet(property.Name, out TomlEntry entry)
                ? Differences(property.Value, entry.Value, name)
                : [$"{name}: missing"];
            foreach (string difference in inside) yield return difference;
        }

        foreach (TomlEntry entry in actual.Entries)
        {
            if (!expected.TryGetProperty(entry.Key, out _)) yield return $"{path}.{entry.Key}: not expected";
        }
    }

    private static string[] OfScalar(JsonElement expected, TomlNode actual, string path)
    {
        string type = expected.GetProperty("type").GetString()!;
        string value = expected.GetProperty("value").GetString()!;
        return IsEqual(type, value, actual) ? [] : [$"{path}: expected the {type} {value}, found {actual.Kind}"];
    }

    private static bool IsEqual(string type, string value, TomlNode actual)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return (type, actual) switch
        {
            ("string", TomlString node) => node.Value == value,
            ("integer", TomlInteger node) => node.Value == long.Parse(value, culture),
            ("float", TomlFloat node) => Same(node.Value, ParseFloat(value)),
            ("bool", TomlBoolean node) => node.Value == (value == "true"),
            ("datetime", TomlOffsetDateTime node) => DateTimeOffset.Parse(value, culture) is { } moment
                && node.Local == moment.DateTime && node.Offset == moment.Offset,
            ("datetime-local", TomlLocalDateTime node) => node.Value == DateTime.Parse(value, culture),
            ("date-local", TomlLocalDate node) => node.Value == DateOnly.Parse(value, culture),
            ("time-local", TomlLocalTime node) => node.Value == TimeOnly.Parse(value, culture),
            _ => false,
        };
    }

    private static double ParseFloat(string value) => value switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        _ => double.Parse(value, CultureInfo.InvariantCulture),
    };

    /// <summary>Equal to the bit, so that -0 is not 0, except that a NaN is a NaN.</summary>
    private static bool Same(double left, double right) => double.IsNaN(left)
        ? double.IsNaN(right)
        : BitConverter.DoubleToInt64Bits(left) == BitConverter.DoubleToInt64Bits(right);

    private static bool IsScalar(JsonElement element) =>
        element.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String;
}
