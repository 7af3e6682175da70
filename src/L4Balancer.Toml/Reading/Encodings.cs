using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace L4Balancer.Toml.Reading;

/// <summary>Makes sure that what is read is Unicode text, and says where it is not.</summary>
internal static class Encodings
{
    /// <summary>Decodes UTF-8. A byte order mark stays in the text; the <see cref="Scanner"/> skips it.</summary>
    internal static string Decode(ReadOnlySpan<byte> utf8)
    {
        ReadLimits.CheckLength(utf8.Length);
        return Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Invalid(utf8);
    }

    /// <summary>Throws when a text has half of a surrogate pair, which stands for no character.</summary>
    internal static void Check(string text)
    {
        ReadLimits.CheckLength(text.Length);
        int index = 0;
        while (true)
        {
            int step = text.AsSpan(index).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (step < 0) return;

            index += step;
            if (Rune.DecodeFromUtf16(text.AsSpan(index), out _, out int length) != OperationStatus.Done)
            {
                TomlPosition bad = PositionAfter(text.AsSpan(0, index));
                throw new TomlException(bad, "half of a surrogate pair is not a character");
            }

            index += length;
        }
    }

    private static TomlException Invalid(ReadOnlySpan<byte> utf8)
    {
        if (utf8 is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return new TomlException(new TomlPosition(1, 1), "the document is UTF-16; save it as UTF-8");
        }

        int bad = 0;
        while (Rune.DecodeFromUtf8(utf8[bad..], out _, out int length) == OperationStatus.Done) bad += length;
        string before = Encoding.UTF8.GetString(utf8[..bad]);
        return new TomlException(PositionAfter(before), $"the byte 0x{utf8[bad]:X2} is not valid UTF-8 here");
    }

    /// <summary>The position of what follows a valid text.</summary>
    private static TomlPosition PositionAfter(ReadOnlySpan<char> text)
    {
        if (text is [Scanner.ByteOrderMark, ..]) text = text[1..];

        int line = 1 + text.Count('\n');
        int column = 1;
        foreach (Rune _ in text[(text.LastIndexOf('\n') + 1)..].EnumerateRunes()) column++;
        return new TomlPosition(line, column);
    }
}
