namespace L4Balancer.Tests.Toml;

/// <summary>Damages documents as editors, transfers and attackers do. The same seed does the same damage.</summary>
internal sealed class TomlMutator(IReadOnlyList<byte[]> corpus, int seed)
{
    private const int MaxChanges = 4;
    private const int MaxRepeats = 300;
    private const int MaxLength = 8 * 1024;

    private static readonly byte[] Telling =
        [.. "\"'[]{}=.,#\\\n\r\t _-+:0123456789TZexoubinfat"u8, 0x00, 0x7F, 0xEF, 0xC3];

    private readonly Random _random = new(seed);

    /// <summary>Takes any document of the corpus and changes it one to four times.</summary>
    internal byte[] Next()
    {
        byte[] text = Any();
        for (int changes = _random.Next(MaxChanges); changes >= 0; changes--) text = Change(text);
        return text;
    }

    private byte[] Change(byte[] text)
    {
        int at = _random.Next(text.Length + 1);
        int end = Math.Min(text.Length, at + 1 + _random.Next(8));
        return _random.Next(8) switch
        {
            0 => FlipBit(text, at),
            1 => [.. text[..at], Telling[_random.Next(Telling.Length)], .. text[at..]],
            2 => [.. text[..at], (byte)_random.Next(256), .. text[at..]],
            3 => [.. text[..at], .. text[end..]],
            4 => text[..at],
            5 => Splice(text, at),
            6 => Repeat(text, at, end),
            _ => [.. text[..at], Telling[_random.Next(Telling.Length)], .. text[Math.Min(at + 1, end)..]],
        };
    }

    private byte[] FlipBit(byte[] text, int at)
    {
        if (at == text.Length) return text;

        byte[] flipped = [.. text];
        flipped[at] ^= (byte)(1 << _random.Next(8));
        return flipped;
    }

    private byte[] Splice(byte[] text, int at)
    {
        byte[] other = Any();
        int from = _random.Next(other.Length + 1);
        byte[] spliced = [.. text[..at], .. other[from..]];
        return spliced.Length <= MaxLength ? spliced : text;
    }

    private byte[] Repeat(byte[] text, int at, int end)
    {
        int times = _random.Next(_random.Next(4) == 0 ? MaxRepeats : 4);
        if (text.Length + (times * (end - at)) > MaxLength) return text;

        return [.. text[..at], .. Enumerable.Repeat(text[at..end], times).SelectMany(bytes => bytes), .. text[at..]];
    }

    private byte[] Any() => corpus[_random.Next(corpus.Count)];
}
