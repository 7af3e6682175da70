using System.Buffers;
using System.Text;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>Writes a backend's bytes into a text for people, which they may be made to spoil.</summary>
internal static class AnswerQuote
{
    private const int ShownBytes = 32;
    private const int ShownSigns = 120;

    private static readonly SearchValues<byte> TextBytes =
        SearchValues.Create([.. "\r\n\t"u8, .. Enumerable.Range(' ', '~' - ' ' + 1).Select(static sign => (byte)sign)]);

    /// <summary>The beginning of some bytes as the configuration writes them.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> shown = bytes.Length > ShownBytes ? bytes[..ShownBytes] : bytes;
        string text = shown.ContainsAnyExcept(TextBytes)
            ? $"hex:{Convert.ToHexStringLower(shown)}"
            : Encoding.ASCII.GetString(shown);
        return $"{ConfigText.Quoted(text)}{(bytes.Length > ShownBytes ? "…" : "")}";
    }

    /// <summary>What was expected, as the configuration writes it.</summary>
    public static string Of(AnswerPattern pattern) =>
        pattern.Expression is { } expression ? ConfigText.Quoted($"re:{expression}") : Of(pattern.Bytes.Span);

    /// <summary>The first line of a program's output that has anything, cut and without control characters.</summary>
    public static string FirstLine(ReadOnlySpan<byte> output)
    {
        ReadOnlySpan<byte> line = output.Trim(" \t\r\n"u8);
        int end = line.IndexOfAny((byte)'\r', (byte)'\n');
        return Clean(Encoding.UTF8.GetString(end < 0 ? line : line[..end]));
    }

    /// <summary>A text of somebody else's, cut and without control characters.</summary>
    public static string Clean(string text)
    {
        string clean = string.Concat(text.Select(static sign => char.IsControl(sign) ? '?' : sign));
        return clean.Length > ShownSigns ? $"{clean[..ShownSigns]}…" : clean;
    }
}
