namespace L4Balancer.Toml.Reading;

/// <summary>Reads values: arrays and inline tables itself, everything else through its own reader.</summary>
internal sealed class ValueReader(
    Scanner scanner,
    StringReader strings,
    KeyReader keys,
    TableRules rules,
    ReadLimits limits)
{
    /// <summary>Reads <c>key = value</c> into a table, up to the end of the value.</summary>
    /// <param name="table">The table of the header or of the braces that the line stands in.</param>
    /// <param name="depth">The level of that table.</param>
    internal void ReadKeyValue(TomlTable table, int depth)
    {
        List<KeyPart> path = keys.Read(depth);
        KeyPart last = path[^1];
        int valueDepth = depth + path.Count;
        if (!scanner.TrySkip('='))
        {
            throw scanner.Error($"expected '=' after the key {Words.Quote(path, path.Count)}, "
                + $"but found {scanner.DescribeCurrent()}");
        }

        // Before the value: the path is gone once an inline table has been read, and a duplicate key is told first.
        TomlTable owner = rules.EnterDotted(table, path);
        scanner.SkipBlanks();
        owner.Add(last, Read(valueDepth));
    }

    private TomlNode Read(int depth)
    {
        TomlPosition position = scanner.Position;
        ReadLimits.CheckDepth(depth, position);
        limits.CountValue(position);
        return scanner.Current switch
        {
            '"' or '\'' => new TomlString(position, strings.Read()),
            '[' => ReadArray(position, depth),
            '{' => ReadInlineTable(position, depth),
            _ => ScalarReader.Read(scanner, position),
        };
    }

    private TomlArray ReadArray(TomlPosition start, int depth)
    {
        TomlArray array = new(start, isOfTables: false);
        scanner.Advance(1);
        scanner.SkipLines();
        while (!scanner.TrySkip(']'))
        {
            ThrowAtEnd(start, "array", ']');
            array.Add(Read(depth + 1));
            scanner.SkipLines();
            ThrowAtEnd(start, "array", ']');
            if (scanner.TrySkip(',')) scanner.SkipLines();
            else if (scanner.Current != ']') throw ExpectedSeparator("array", ']');
        }

        return array;
    }

    private TomlTable ReadInlineTable(TomlPosition start, int depth)
    {
        TomlTable table = new(start, TableOrigin.Inline);
        scanner.Advance(1);
        scanner.SkipBlanks();
        if (scanner.TrySkip('}')) return table;

        while (true)
        {
            ThrowAtLineEnd(start);
            ReadKeyValue(table, depth);
            scanner.SkipBlanks();
            ThrowAtLineEnd(start);
            if (scanner.TrySkip('}')) return table;
            if (!scanner.TrySkip(',')) throw ExpectedSeparator("inline table", '}');

            scanner.SkipBlanks();
            if (scanner.Current == '}') throw scanner.Error("an inline table must not end with a comma");
        }
    }

    private TomlException ExpectedSeparator(string what, char close) =>
        scanner.Error($"expected ',' or '{close}' in the {what}, but found {scanner.DescribeCurrent()}");

    private void ThrowAtEnd(TomlPosition start, string what, char close)
    {
        if (scanner.AtEnd) throw new TomlException(start, $"the {what} that starts here has no closing '{close}'");
    }

    private void ThrowAtLineEnd(TomlPosition start)
    {
        ThrowAtEnd(start, "inline table", '}');
        if (!scanner.AtLineEnd) return;
        throw scanner.Error("an inline table must stand on one line; for several lines use a [header]");
    }
}
