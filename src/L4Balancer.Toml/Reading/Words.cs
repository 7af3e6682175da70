using System.Globalization;
using System.Text;

namespace L4Balancer.Toml.Reading;

/// <summary>Puts pieces of the document into messages: on one line, printable, and never longer than a line.</summary>
internal static class Words
{
    private const int MaxQuotedLength = 60;

    /// <summary>A character in single quotes, or its code point where it cannot be seen.</summary>
    internal static string Describe(Rune rune) => rune.Value switch
    {
        '\t' => "a tab",
        ' ' => "a space",
        '\'' => "a single quote (')",
        _ when Rune.IsControl(rune) => $"the control character {CodePoint(rune)}",
        _ when IsVisible(rune) => $"'{rune}'",
        _ => $"the character {CodePoint(rune)}",
    };

    /// <summary>A key or a piece of text in single quotes, shortened where it is long.</summary>
    internal static string Quote(ReadOnlySpan<char> text)
    {
        StringBuilder quoted = new("'");
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (quoted.Length > MaxQuotedLength) return quoted.Append("...'").ToString();
            if (rune.Value == ' ' || IsVisible(rune)) quoted.Append(rune.ToString());
            else quoted.Append(CultureInfo.InvariantCulture, $"<{CodePoint(rune)}>");
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>The first parts of a dotted key in single quotes, shortened where they are long.</summary>
    internal static string Quote(List<KeyPart> path, int count)
    {
        StringBuilder dotted = new();
        for (int i = 0; i < count && dotted.Length <= MaxQuotedLength; i++)
        {
            if (i > 0) dotted.Append('.');
            dotted.Append(path[i].Name.AsSpan(0, Math.Min(path[i].Name.Length, MaxQuotedLength + 1)));
        }

        return Quote(dotted.ToString());
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or
        UnicodeCategory.OtherNotAssigned);

    private static string CodePoint(Rune rune) => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");
}
