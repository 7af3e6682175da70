using System.Buffers;
using System.Globalization;

namespace L4Balancer.Toml.Reading;

/// <summary>Reads integers and floats. The grammar is checked here, the conversion is the framework's.</summary>
internal static class NumberReader
{
    private const double Infinity = double.PositiveInfinity;

    private static readonly SearchValues<char> DecimalCharacters = SearchValues.Create("0123456789_+-.eE");

    /// <summary>Whether a word can only be meant as a number, so that its errors are those of a number.</summary>
    internal static bool LooksLike(ReadOnlySpan<char> word) =>
        word is "inf" or "nan" or [(>= '0' and <= '9') or '+' or '-' or '.', ..];

    /// <summary>Reads a whole word as a number.</summary>
    internal static TomlNode Read(ReadOnlySpan<char> word, TomlPosition position)
    {
        bool isSigned = word[0] is '+' or '-';
        ReadOnlySpan<char> digits = isSigned ? word[1..] : word;
        if (digits is "inf") return new TomlFloat(position, word[0] == '-' ? -Infinity : Infinity);
        if (digits is "nan") return new TomlFloat(position, double.NaN);
        if (digits is ['0', 'x' or 'o' or 'b', ..])
        {
            if (!isSigned) return new TomlInteger(position, ReadWithRadix(word, position));
            throw new TomlException(position, $"{Words.Quote(word)} must not have a sign; only decimal numbers may");
        }

        int whole = CountDigits(digits, 10);
        if (whole == 0) throw NotANumber(word, position);
        if (whole > 1 && digits[0] == '0')
        {
            throw new TomlException(position, $"{Words.Quote(word)} must not start with a zero");
        }

        if (whole == digits.Length) return new TomlInteger(position, ParseInteger(word, position));
        if (!IsFractionAndExponent(digits[whole..])) throw NotANumber(word, position);
        return new TomlFloat(position, double.Parse(WithoutUnderscores(word), CultureInfo.InvariantCulture));
    }

    private static long ParseInteger(ReadOnlySpan<char> word, TomlPosition position) =>
        long.TryParse(WithoutUnderscores(word), CultureInfo.InvariantCulture, out long value)
            ? value
            : throw TooLarge(word, position);

    private static long ReadWithRadix(ReadOnlySpan<char> word, TomlPosition position)
    {
        int radix = word[1] switch { 'x' => 16, 'o' => 8, _ => 2 };
        ReadOnlySpan<char> digits = word[2..];
        if (digits.IsEmpty || CountDigits(digits, radix) != digits.Length) throw NotANumber(word, position);

        long value = 0;
        foreach (char digit in digits)
        {
            if (digit == '_') continue;

            int weight = char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
            if (value > (long.MaxValue - weight) / radix) throw TooLarge(word, position);
            value = (value * radix) + weight;
        }

        return value;
    }

    /// <summary>Whether what follows the whole part is <c>.digits</c>, an exponent, or both.</summary>
    private static bool IsFractionAndExponent(ReadOnlySpan<char> rest)
    {
        if (rest is ['.', ..])
        {
            int fraction = CountDigits(rest[1..], 10);
            if (fraction == 0) return false;
            rest = rest[(1 + fraction)..];
        }

        if (rest.IsEmpty) return true;
        if (rest[0] is not ('e' or 'E')) return false;

        ReadOnlySpan<char> exponent = rest is [_, '+' or '-', ..] ? rest[2..] : rest[1..];
        return !exponent.IsEmpty && CountDigits(exponent, 10) == exponent.Length;
    }

    /// <summary>The length of the digits at the start, single underscores between two of them included.</summary>
    private static int CountDigits(ReadOnlySpan<char> text, int radix)
    {
        int length = 0;
        while (length < text.Length && (IsDigit(text[length], radix) || IsSeparator(text, length, radix))) length++;
        return length;
    }

    private static bool IsSeparator(ReadOnlySpan<char> text, int index, int radix) =>
        text[index] == '_' && index > 0 && index + 1 < text.Length
        && IsDigit(text[index - 1], radix) && IsDigit(text[index + 1], radix);

    private static bool IsDigit(char character, int radix) =>
        radix == 16 ? char.IsAsciiHexDigit(character) : character >= '0' && character < '0' + radix;

    private static string WithoutUnderscores(ReadOnlySpan<char> word) =>
        word.ToString().Replace("_", "", StringComparison.Ordinal);

    private static TomlException TooLarge(ReadOnlySpan<char> word, TomlPosition position) =>
        new(position, $"{Words.Quote(word)} does not fit into 64 bits");

    private static TomlException NotANumber(ReadOnlySpan<char> word, TomlPosition position)
    {
        bool isText = word.ContainsAnyExcept(DecimalCharacters) || word.Count('.') > 1;
        string hint = isText ? "text must be in quotes" : "every '.' and '_' needs a digit on both sides";
        return new TomlException(position, $"{Words.Quote(word)} is not a number; {hint}");
    }
}
