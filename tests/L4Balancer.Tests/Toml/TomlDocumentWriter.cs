using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using static L4Balancer.Tests.Toml.TomlDocumentModel;

namespace L4Balancer.Tests.Toml;

/// <summary>
/// Writes a document of the model as TOML, choosing at random among the ways that TOML has: headers, dotted keys or
/// braces, arrays in brackets or of tables, the four forms of strings, blanks, comments and line ends.
/// </summary>
internal sealed partial class TomlDocumentWriter(int seed)
{
    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();

    internal string Write(Table document)
    {
        WriteSection([], document);
        return _text.ToString();
    }

    private bool Flip() => _random.Next(2) == 0;

    private string Blank() => Flip() ? "" : " \t"[.._random.Next(3)];

    private string LineEnd() => Blank() + (_random.Next(4) == 0 ? "# \"'[é" : "") + (Flip() ? "\n" : "\r\n");

    /// <summary>What has no header comes first: behind a header it would belong to that.</summary>
    private void WriteSection(string[] path, Table table)
    {
        List<(string Key, object Value)> later = [];
        foreach ((string key, object value) in table.Entries)
        {
            if (value is Table { Entries.Count: > 0 } dotted && Flip()) WriteDotted([key], dotted);
            else if (CanHaveHeader(value) && Flip()) later.Add((key, value));
            else WriteKeyValue([key], value);
        }

        foreach ((string key, object value) in later)
        {
            string[] name = [.. path, key];
            if (value is Table only) WriteHeader(name, only, "[", "]");
            else foreach (object item in (List<object>)value) WriteHeader(name, (Table)item, "[[", "]]");
        }
    }

    private void WriteHeader(string[] path, Table table, string open, string close)
    {
        // A header may be left out where the table's own tables name it.
        bool isImplied = open == "[" && table.Entries.Count > 0 && Flip()
            && table.Entries.All(entry => entry.Value is Table);
        if (isImplied)
        {
            foreach ((string key, object value) in table.Entries) WriteHeader([.. path, key], (Table)value, "[", "]");
            return;
        }

        _text.Append(Blank()).Append(open).Append(Dotted(path)).Append(close).Append(LineEnd());
        WriteSection(path, table);
    }

    private void WriteDotted(string[] path, Table table)
    {
        foreach ((string key, object value) in table.Entries)
        {
            if (value is Table { Entries.Count: > 0 } inner && Flip()) WriteDotted([.. path, key], inner);
            else WriteKeyValue([.. path, key], value);
        }
    }

    private void WriteKeyValue(string[] path, object value) =>
        _text.Append(Dotted(path)).Append('=').Append(Blank()).Append(Value(value)).Append(LineEnd());

    private string Dotted(string[] path) => Blank() + string.Join(Blank() + "." + Blank(), path.Select(Key)) + Blank();

    private string Key(string key) => BareKey().IsMatch(key) && Flip() ? key : SingleLine(key);

    private string Value(object value) => value switch
    {
        string text => Flip() ? MultiLine(text) : SingleLine(text),
        bool flag => flag ? "true" : "false",
        long number => Integer(number),
        double number => Float(number),
        Moment moment => moment.Local.ToString("O", CultureInfo.InvariantCulture) + Offset(moment.Offset),
        DateTime time => time.ToString(Flip() ? "yyyy-MM-dd HH:mm:ss.FFFFFFF" : "O", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
        List<object> list => Array(list),
        Table table => Braces(table),
        _ => throw new ArgumentException(value.GetType().Name),
    };

    private string Array(List<object> list)
    {
        string items = string.Join(",", list.Select(item => Gap() + Value(item) + Gap()));
        return $"[{items}{(list.Count > 0 && Flip() ? "," : "")}{Gap()}]";
    }

    private string Gap() => Flip() ? Blank() : LineEnd();

    private string Braces(Table table)
    {
        IEnumerable<string> entries = table.Entries
            .Select(entry => $"{Dotted([entry.Key])}={Blank()}{Value(entry.Value)}{Blank()}");
        return $"{{{string.Join(",", entries)}{Blank()}}}";
    }

    private string Integer(long value)
    {
        if (value < 0 || Flip()) return value.ToString(Flip() ? "D" : "+0;-0", CultureInfo.InvariantCulture);
        return Flip() ? $"0x{value:x}" : Flip() ? $"0b{value:b}" : $"0o{Convert.ToString(value, 8)}";
    }

    private static string Float(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    private static string Offset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    private string SingleLine(string text) =>
        CanBeLiteral(text) && !text.AsSpan().ContainsAny('\'', '\n') && Flip()
            ? $"'{text}'"
            : $"\"{Escape(text, "")}\"";

    private string MultiLine(string text)
    {
        // A line break right behind the opening quotes is not part of the text.
        string start = text.StartsWith('\n') || Flip() ? "\n" : "";
        bool isLiteral = CanBeLiteral(text) && !text.Contains("'''", StringComparison.Ordinal) && Flip();
        if (isLiteral) return $"'''{start}{text}'''";

        // A backslash at the end of a line swallows the blanks that follow.
        string join = !text.StartsWith(' ') && !text.StartsWith('\t') && Flip() ? "\\ \n \n\t" : "";
        return $"\"\"\"{start}{join}{Escape(text, "\n")}\"\"\"";
    }

    /// <summary>Writes escapes, except that a line feed stays one where it may.</summary>
    private string Escape(string text, string plain)
    {
        StringBuilder escaped = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool mustEscape = rune.Value is '"' or '\\' || (Rune.IsControl(rune) && rune.Value != '\t');
            bool mayBePlain = escaped.Length > 0 && plain.Contains(rune.ToString(), StringComparison.Ordinal);
            bool isPlain = (!mustEscape || mayBePlain) && _random.Next(4) > 0;
            escaped.Append(isPlain ? rune.ToString() : Short(rune) ?? CodePoint(rune));
        }

        return escaped.ToString();
    }

    private string CodePoint(Rune rune) =>
        rune.Value > 0xFFFF || Flip() ? $"\\U{rune.Value:X8}" : $"\\u{rune.Value:x4}";

    private string? Short(Rune rune) => Flip() ? null : rune.Value switch
    {
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        '"' => "\\\"",
        '\\' => "\\\\",
        _ => null,
    };

    private static bool CanBeLiteral(string text) => !text.Any(c => char.IsControl(c) && c is not ('\t' or '\n'));

    private static bool CanHaveHeader(object value) =>
        value is Table || (value is List<object> { Count: > 0 } list && list.All(item => item is Table));

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex BareKey();
}
