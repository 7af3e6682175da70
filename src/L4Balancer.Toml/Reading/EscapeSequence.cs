using System.Globalization;
using System.Text;

namespace L4Balancer.Toml.Reading;

/// <summary>Reads what a backslash introduces in a basic string.</summary>
internal static class EscapeSequence
{
    private const string Known = @"known are \b \t \n \f \r \"" \\ \uXXXX \UXXXXXXXX";

    /// <summary>Reads the escape whose backslash is here and appends the character that it stands for.</summary>
    internal static void Read(Scanner scanner, StringBuilder target)
    {
        char name = scanner.Peek(1);
        if (name is 'u' or 'U')
        {
            ReadCodePoint(scanner, target, digits: name == 'u' ? 4 : 8);
            return;
        }

        target.Append(name switch
        {
            'b' => '\b',
            't' => '\t',
            'n' => '\n',
            'f' => '\f',
            'r' => '\r',
            '"' => '"',
            '\\' => '\\',
            _ => throw scanner.Error($"this backslash starts no escape; {Known}; in 'single quotes' it is plain"),
        });
        scanner.Advance(2);
    }

    private static void ReadCodePoint(Scanner scanner, StringBuilder target, int digits)
    {
        for (int i = 0; i < digits; i++)
        {
            if (!char.IsAsciiHexDigit(scanner.Peek(2 + i)))
            {
                throw scanner.Error($"\\{scanner.Peek(1)} must be followed by {digits} hexadecimal digits");
            }
        }

        TomlPosition start = scanner.Position;
        ReadOnlySpan<char> escape = scanner.Take(2 + digits);
        uint value = uint.Parse(escape[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (!Rune.TryCreate(value, out Rune rune))
        {
            throw new TomlException(start, $"{escape} is not the code point of a character");
        }

        Span<char> utf16 = stackalloc char[2];
        target.Append(utf16[..rune.EncodeToUtf16(utf16)]);
    }
}
