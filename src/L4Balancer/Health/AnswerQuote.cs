using System.Text;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>Writes a backend's bytes into a text for people, which they may be made to spoil.</summary>
internal static class AnswerQuote
{
    private const int ShownBytes = 32;
    private const int ShownSigns = 120;

    /// <summary>The beginning of some bytes as the configuration writes them.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> shown = bytes.Length > ShownBytes ? bytes[..ShownBytes] : bytes;
        ReadOnlySpan<byte> line = shown.TrimEnd("\r\n"u8);
        string text = line.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? $"hex:{Convert.ToHexStringLower(shown)}"
            : Encoding.ASCII.GetString(line);
        return $"\"{text}\"{(bytes.Length > ShownBytes ? "…" : "")}";
    }

    /// <summary>What was expected, as the configuration writes it.</summary>
    public static string Of(AnswerPattern pattern) =>
        pattern.Expression is { } expression ? $"\"re:{expression}\"" : Of(pattern.Bytes.Span);

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
