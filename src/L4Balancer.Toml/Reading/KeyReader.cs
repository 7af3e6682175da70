using System.Buffers;

namespace L4Balancer.Toml.Reading;

/// <summary>Reads keys: bare, quoted, and dotted ones made of both.</summary>
internal sealed class KeyReader(Scanner scanner, StringReader strings)
{
    private static readonly SearchValues<char> BareCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private readonly List<KeyPart> _parts = [];

    /// <summary>Reads a key and the blanks behind it.</summary>
    /// <param name="depth">The level of the table that the key stands in.</param>
    /// <returns>The parts, at least one. The list is used again: it is valid until the next call.</returns>
    internal List<KeyPart> Read(int depth)
    {
        _parts.Clear();
        do
        {
            scanner.SkipBlanks();
            TomlPosition position = scanner.Position;
            ReadLimits.CheckDepth(depth + _parts.Count + 1, position);
            _parts.Add(new KeyPart(ReadPart(), position));
            scanner.SkipBlanks();
        }
        while (scanner.TrySkip('.'));

        return _parts;
    }

    private string ReadPart()
    {
        if (scanner.Current is '"' or '\'') return strings.ReadSingleLine("a key");

        ReadOnlySpan<char> bare = scanner.TakeWhile(BareCharacters);
        return bare.IsEmpty ? throw scanner.Error(ExplainNoKey()) : bare.ToString();
    }

    private string ExplainNoKey()
    {
        const string quote = "a key with other characters than A-Z a-z 0-9 _ - must be in quotes";
        string expected = $"expected a key, but found {scanner.DescribeCurrent()}";
        return char.IsAscii(scanner.Current) ? expected : $"{expected}; {quote}";
    }
}
