using System.Text;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The text of a configuration file, to quote lines of it.</summary>
internal sealed class SourceText(string text)
{
    /// <summary>Most columns of a line that are quoted; of a longer one the part around the place.</summary>
    private const int QuotedColumns = 100;

    private readonly string[] _lines = text.Split('\n');

    /// <summary>
    /// The line of a position without its indentation, and a line that underlines the word there. Null for a place
    /// beyond the end.
    /// </summary>
    public (string Line, string Marks)? Quote(TomlPosition position)
    {
        if (position.Line < 1 || position.Line > _lines.Length) return null;

        // Columns count characters, and a character outside the basic plane is two of this string's.
        Rune[] line = [.. _lines[position.Line - 1].TrimEnd('\r').EnumerateRunes()];
        int place = Math.Clamp(position.Column - 1, 0, line.Length);
        int length = WordLength(line.AsSpan(place));

        int indent = Array.FindIndex(line, rune => !Rune.IsWhiteSpace(rune));
        int first = Math.Min(Math.Max(indent, 0), place);
        if (place - first > QuotedColumns - Math.Min(length, QuotedColumns))
        {
            first = Math.Max(first, place - (QuotedColumns / 2));
        }

        int last = Math.Min(line.Length, first + QuotedColumns);
        length = Math.Clamp(length, 1, Math.Max(1, last - place));

        StringBuilder quoted = new();
        foreach (Rune rune in line.AsSpan(first..last)) quoted.Append(Printable(rune));
        return (quoted.ToString(), new string(' ', place - first) + new string('^', length));
    }

    /// <summary>
    /// The length of what begins here: a string with its quotes, or what runs up to white space or punctuation.
    /// </summary>
    private static int WordLength(ReadOnlySpan<Rune> rest)
    {
        if (rest.IsEmpty) return 1;
        bool isString = rest[0].Value is '"' or '\'';
        for (int i = 1; i < rest.Length; i++)
        {
            if (isString && rest[i].Value == '\\' && rest[0].Value == '"') i++;
            else if (isString && rest[i] == rest[0]) return i + 1;
            else if (!isString && EndsWord(rest[i])) return i;
        }

        return isString ? 1 : rest.Length;
    }

    private static bool EndsWord(Rune rune) =>
        Rune.IsWhiteSpace(rune) || rune.Value is '=' or ',' or ']' or '}' or '#';

    /// <summary>
    /// A tab becomes a blank, so that the marks stay below; what a terminal would act on becomes a question mark.
    /// </summary>
    private static Rune Printable(Rune rune) =>
        rune.Value == '\t' ? new Rune(' ') : Rune.IsControl(rune) ? new Rune('?') : rune;
}
