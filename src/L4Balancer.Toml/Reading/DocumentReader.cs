namespace L4Balancer.Toml.Reading;

/// <summary>Reads a document line by line: headers, keys with values, comments. Used once.</summary>
internal sealed class DocumentReader
{
    private readonly TomlTable _root = new(new TomlPosition(1, 1), TableOrigin.Header);
    private readonly Scanner _scanner;
    private readonly KeyReader _keys;
    private readonly ValueReader _values;
    private readonly TableRules _rules;

    private TomlTable _section;
    private int _sectionDepth;

    /// <param name="text">The document, which must be free of lone surrogates.</param>
    internal DocumentReader(string text)
    {
        ReadLimits limits = new();
        _section = _root;
        _scanner = new Scanner(text);
        _rules = new TableRules(limits);
        StringReader strings = new(_scanner);
        _keys = new KeyReader(_scanner, strings);
        _values = new ValueReader(_scanner, strings, _keys, _rules, limits);
    }

    internal TomlTable Read()
    {
        while (!_scanner.AtEnd) ReadLine();
        return _root;
    }

    private void ReadLine()
    {
        _scanner.SkipBlanks();
        if (_scanner.Current == '[') ReadHeader();
        else if (!_scanner.AtLineEnd) _values.ReadKeyValue(_section, _sectionDepth);

        _scanner.SkipToLineEnd();
        _scanner.TrySkipLineBreak();
    }

    private void ReadHeader()
    {
        TomlPosition start = _scanner.Position;
        _scanner.Advance(1);
        bool isArray = _scanner.TrySkip('[');
        List<KeyPart> path = _keys.Read(depth: 0);
        string close = isArray ? "]]" : "]";
        if (!_scanner.TrySkip(']') || (isArray && !_scanner.TrySkip(']')))
        {
            throw _scanner.Error($"expected '{close}' after {Words.Quote(path, path.Count)}, "
                + $"but found {_scanner.DescribeCurrent()}");
        }

        _section = isArray ? _rules.AppendTable(_root, path, start) : _rules.OpenTable(_root, path, start);
        _sectionDepth = path.Count;
    }
}
