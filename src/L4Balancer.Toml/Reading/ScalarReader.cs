using System.Buffers;

namespace L4Balancer.Toml.Reading;

/// <summary>Reads the values that are written without quotes: booleans, numbers, dates and times.</summary>
internal static class ScalarReader
{
    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+.:");

    /// <summary>Reads the word that is here.</summary>
    internal static TomlNode Read(Scanner scanner, TomlPosition position)
    {
        ReadOnlySpan<char> word = scanner.TakeWhile(WordCharacters);
        if (word.IsEmpty) throw scanner.Error($"expected a value, but found {scanner.DescribeCurrent()}");
        if (DateTimeReader.IsDate(word) && scanner.Current == ' ' && char.IsAsciiDigit(scanner.Peek(1)))
        {
            // A date and a time may be parted by a blank instead of a T.
            scanner.Advance(1);
            ReadOnlySpan<char> time = scanner.TakeWhile(WordCharacters);
            return DateTimeReader.Read($"{word} {time}", position);
        }

        return word switch
        {
            "true" => new TomlBoolean(position, true),
            "false" => new TomlBoolean(position, false),
            _ when DateTimeReader.LooksLike(word) => DateTimeReader.Read(word, position),
            _ when NumberReader.LooksLike(word) => NumberReader.Read(word, position),
            _ => throw new TomlException(position, Explain(word)),
        };
    }

    private static string Explain(ReadOnlySpan<char> word)
    {
        foreach (string known in (ReadOnlySpan<string>)["true", "false", "inf", "nan"])
        {
            if (word.Equals(known, StringComparison.OrdinalIgnoreCase)) return $"write '{known}' in lower case";
        }

        return $"{Words.Quote(word)} is not a value; text must be in quotes";
    }
}
