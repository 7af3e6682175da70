using System.Buffers;
using System.Text;

namespace L4Balancer.Toml.Reading;

/// <summary>Reads the four forms of strings: basic and literal, each on one line or on several.</summary>
internal sealed class StringReader(Scanner scanner)
{
    private static readonly SearchValues<char> BasicStops = SearchValues.Create("\"\\" + Scanner.ForbiddenControls);
    private static readonly SearchValues<char> LiteralStops = SearchValues.Create("'" + Scanner.ForbiddenControls);

    private readonly StringBuilder _buffer = new();

    /// <summary>Reads the string whose opening quote is here, in whichever form it is.</summary>
    internal string Read()
    {
        char quote = scanner.Current;
        return scanner.Peek(1) == quote && scanner.Peek(2) == quote
            ? ReadMultiLine(quote)
            : ReadSingleLine("a string");
    }

    /// <summary>Reads the string whose opening quote is here and which must end on this line.</summary>
    /// <param name="what">What the string is for, to be named when it has three quotes or no end.</param>
    internal string ReadSingleLine(string what)
    {
        TomlPosition start = scanner.Position;
        char quote = scanner.Current;
        if (scanner.Peek(1) == quote && scanner.Peek(2) == quote) throw scanner.Error($"{what} must not span lines");

        scanner.Advance(1);
        SearchValues<char> stops = StopsFor(quote);
        ReadOnlySpan<char> run = scanner.TakeUntil(stops);
        if (scanner.TrySkip(quote)) return run.ToString();

        _buffer.Clear().Append(run);
        while (!scanner.TrySkip(quote))
        {
            if (scanner.AtEnd || IsEndOfLine())
            {
                throw new TomlException(start, $"{what} starts here with {quote} but does not end on this line");
            }

            if (scanner.Current == '\\') EscapeSequence.Read(scanner, _buffer);
            else throw ForbiddenCharacter();
            _buffer.Append(scanner.TakeUntil(stops));
        }

        return _buffer.ToString();
    }

    private string ReadMultiLine(char quote)
    {
        TomlPosition start = scanner.Position;
        scanner.Advance(3);
        scanner.TrySkipLineBreak();
        SearchValues<char> stops = StopsFor(quote);
        _buffer.Clear();
        while (true)
        {
            _buffer.Append(scanner.TakeUntil(stops));
            if (scanner.AtEnd)
            {
                throw new TomlException(start, $"the string that starts here with {quote}{quote}{quote} never ends");
            }

            if (scanner.Current == quote)
            {
                if (TryClose(quote)) return _buffer.ToString();
            }
            else if (scanner.TrySkipLineBreak()) _buffer.Append('\n');
            else if (scanner.Current == '\\') ReadEscapeOrLineJoin();
            else throw ForbiddenCharacter();
        }
    }

    /// <summary>
    /// Takes the quotes that are here: fewer than three are text; of more, three close the string and up to two before
    /// them are text.
    /// </summary>
    private bool TryClose(char quote)
    {
        int count = 1;
        while (count < 5 && scanner.Peek(count) == quote) count++;
        scanner.Advance(count);
        _buffer.Append(quote, count < 3 ? count : count - 3);
        return count >= 3;
    }

    /// <summary>A backslash at the end of a line joins what follows, without the white space between.</summary>
    private void ReadEscapeOrLineJoin()
    {
        if (scanner.Peek(1) is not (' ' or '\t' or '\r' or '\n'))
        {
            EscapeSequence.Read(scanner, _buffer);
            return;
        }

        TomlPosition backslash = scanner.Position;
        scanner.Advance(1);
        scanner.SkipBlanks();
        if (!scanner.AtLineBreak) throw new TomlException(backslash, "a backslash before blanks must end the line");

        while (scanner.TrySkipLineBreak()) scanner.SkipBlanks();
    }

    private bool IsEndOfLine() => scanner.Current == '\n' || (scanner.Current == '\r' && scanner.Peek(1) == '\n');

    private TomlException ForbiddenCharacter() => scanner.Current == '\r'
        ? scanner.Error("a carriage return is not allowed in a string; write it as \\r")
        : scanner.Error($"{scanner.DescribeCurrent()} is not allowed in a string; write an escape, such as \\u0000");

    private static SearchValues<char> StopsFor(char quote) => quote == '"' ? BasicStops : LiteralStops;
}
