using System.Buffers;
using System.Text;

namespace L4Balancer.Toml.Reading;

/// <summary>
/// Walks over the text once, forwards, and knows the line and column it stands at. The text must be free of lone
/// surrogates. No method but <see cref="TrySkipLineBreak"/> crosses a line break.
/// </summary>
internal sealed class Scanner
{
    internal const char ByteOrderMark = '\uFEFF';

    /// <summary>Every control character except the tab, which TOML allows in comments and strings.</summary>
    internal const string ForbiddenControls =
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000A\u000B\u000C\u000D\u000E\u000F" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\u007F";

    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t");
    private static readonly SearchValues<char> CommentEnds = SearchValues.Create(ForbiddenControls);

    private readonly string _text;
    private int _index;
    private int _line = 1;

    // Columns are counted only when somebody asks, and from where they were counted last: each character once.
    private int _countedIndex;
    private int _countedColumn = 1;

    internal Scanner(string text)
    {
        _text = text;
        if (text is [ByteOrderMark, ..]) _index = _countedIndex = 1;
    }

    internal bool AtEnd => _index == _text.Length;

    /// <summary>The character here, and NUL at the end of the text: NUL itself is allowed nowhere in TOML.</summary>
    internal char Current => Peek(0);

    /// <summary>Whether a line break starts here, be it complete or a lone carriage return.</summary>
    internal bool AtLineBreak => Current is '\n' or '\r';

    /// <summary>Whether nothing but a comment is left of this line.</summary>
    internal bool AtLineEnd => AtEnd || AtLineBreak || Current == '#';

    internal TomlPosition Position
    {
        get
        {
            for (; _countedIndex < _index; _countedIndex++)
            {
                if (!char.IsLowSurrogate(_text[_countedIndex])) _countedColumn++;
            }

            return new TomlPosition(_line, _countedColumn);
        }
    }

    /// <summary>The character some places further on, and NUL behind the end.</summary>
    internal char Peek(int offset) => _index + offset < _text.Length ? _text[_index + offset] : '\0';

    /// <summary>Moves on over characters that the caller has seen and that are no line break.</summary>
    internal void Advance(int count) => _index += count;

    /// <summary>Moves over a character, or stays when another one is here.</summary>
    internal bool TrySkip(char expected)
    {
        if (Current != expected || AtEnd) return false;
        _index++;
        return true;
    }

    /// <summary>Takes the characters up to the first that is not in a set, which must have no line break.</summary>
    internal ReadOnlySpan<char> TakeWhile(SearchValues<char> set)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_index);
        int length = rest.IndexOfAnyExcept(set);
        return Take(length < 0 ? rest.Length : length);
    }

    /// <summary>Takes the characters up to the first that is in a set, which must have the line breaks.</summary>
    internal ReadOnlySpan<char> TakeUntil(SearchValues<char> set)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_index);
        int length = rest.IndexOfAny(set);
        return Take(length < 0 ? rest.Length : length);
    }

    /// <summary>Takes a number of characters that the caller has seen and that are no line break.</summary>
    internal ReadOnlySpan<char> Take(int length)
    {
        ReadOnlySpan<char> taken = _text.AsSpan(_index, length);
        _index += length;
        return taken;
    }

    internal void SkipBlanks() => TakeWhile(Blanks);

    /// <summary>Moves over blanks and a comment to a line break or the end of the text. Throws elsewhere.</summary>
    internal void SkipToLineEnd()
    {
        SkipBlanksAndComment();
        if (!AtEnd && !AtLineBreak) throw Error($"expected the end of the line, but found {DescribeCurrent()}");
    }

    /// <summary>Moves over blanks, comments and line breaks to what an array has next.</summary>
    internal void SkipLines()
    {
        do SkipBlanksAndComment();
        while (TrySkipLineBreak());
    }

    /// <summary>Moves over a line feed, alone or behind a carriage return. Throws at a lone carriage return.</summary>
    internal bool TrySkipLineBreak()
    {
        if (!AtLineBreak) return false;
        if (Current == '\r')
        {
            if (Peek(1) != '\n') throw Error("a carriage return must be followed by a line feed");
            _index++;
        }

        _index++;
        _line++;
        _countedIndex = _index;
        _countedColumn = 1;
        return true;
    }

    /// <summary>An exception that points here.</summary>
    internal TomlException Error(string message) => new(Position, message);

    /// <summary>What is here, in words for a message.</summary>
    internal string DescribeCurrent()
    {
        if (AtEnd) return "the end of the document";
        if (AtLineBreak) return "the end of the line";

        Rune.DecodeFromUtf16(_text.AsSpan(_index), out Rune rune, out _);
        return Words.Describe(rune);
    }

    private void SkipBlanksAndComment()
    {
        SkipBlanks();
        if (Current != '#') return;

        TakeUntil(CommentEnds);
        if (!AtEnd && !AtLineBreak) throw Error($"{DescribeCurrent()} is not allowed in a comment");
    }
}
