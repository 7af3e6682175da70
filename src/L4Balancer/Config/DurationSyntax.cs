using System.Globalization;
using System.Text;

namespace L4Balancer.Config;

/// <summary>
/// Durations as the configuration writes them: whole numbers with a unit, largest unit first, each unit once:
/// <c>5s</c>, <c>1500ms</c>, <c>1h30m</c>.
/// </summary>
internal static class DurationSyntax
{
    /// <summary>Ends the message about a text that is no duration.</summary>
    public const string Rule =
        "write whole numbers with the units h, m, s and ms, for example \"5s\", \"1500ms\" or \"1h30m\"";

    /// <summary>Longest duration: a year. Longer is a slip, and timers stay far from overflow.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    private static readonly (string Name, long Milliseconds)[] Units =
        [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Reads a duration. False where the text is none or is longer than <see cref="Longest"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text.IsEmpty) return false;

        long total = 0;
        int nextUnit = 0;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !TryParseCount(text[..digits], out long count)) return false;

            text = text[digits..];
            int letters = text.IndexOfAnyInRange('0', '9');
            ReadOnlySpan<char> name = letters < 0 ? text : text[..letters];
            int unit = FindUnit(name, nextUnit);
            if (unit < 0 || count > Longest.TotalMilliseconds / Units[unit].Milliseconds) return false;

            total += count * Units[unit].Milliseconds;
            nextUnit = unit + 1;
            text = text[name.Length..];
        }

        duration = TimeSpan.FromMilliseconds(total);
        return duration <= Longest;
    }

    /// <summary>
    /// Writes a duration of whole milliseconds so that <see cref="TryParse"/> reads the same. Of a fraction of one,
    /// which no file has, it writes all digits.
    /// </summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";

        StringBuilder text = new();
        decimal rest = duration.Ticks / (decimal)TimeSpan.TicksPerMillisecond;
        foreach ((string name, long milliseconds) in Units)
        {
            decimal count = name == "ms" ? rest : decimal.Floor(rest / milliseconds);
            if (count > 0) text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
            rest -= count * milliseconds;
        }

        return text.ToString();
    }

    private static bool TryParseCount(ReadOnlySpan<char> digits, out long count) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private static int FindUnit(ReadOnlySpan<char> name, int first)
    {
        for (int i = first; i < Units.Length; i++)
        {
            if (name.SequenceEqual(Units[i].Name)) return i;
        }

        return -1;
    }
}
