using System.Buffers;
using System.Text;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Bytes as the configuration writes them: a text stands for its UTF-8, and <c>hex:12 34 abcd</c> for the bytes of its
/// digits, whatever white space is between them.
/// </summary>
internal static class ByteSyntax
{
    private const string HexPrefix = "hex:";
    private const string Rule = "write two for each byte, as in \"hex:12 34 abcd\"";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads bytes. Returns null and the bytes, or what is wrong, to be read after the key.</summary>
    public static string? Parse(string text, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!text.StartsWith(HexPrefix, StringComparison.Ordinal))
        {
            if (text.Length > 0) bytes = Encoding.UTF8.GetBytes(text); // No array for no bytes: empty equals default.
            return null;
        }

        string digits = string.Concat(text[HexPrefix.Length..].Where(static sign => !char.IsWhiteSpace(sign)));
        int wrong = digits.AsSpan().IndexOfAnyExcept(HexDigits);
        if (wrong >= 0) return $"has '{digits[wrong]}' among its hexadecimal digits; {Rule}";
        if (digits.Length % 2 != 0) return $"has {Listing.Count(digits.Length, "hexadecimal digit")}; {Rule}";

        if (digits.Length > 0) bytes = Convert.FromHexString(digits);
        return null;
    }
}
