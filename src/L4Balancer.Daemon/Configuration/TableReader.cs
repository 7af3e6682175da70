using System.Globalization;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Hands out the values of one table by name, type and range, and remembers what it was asked for. Whatever else stands
/// in the table is an unknown key. A wrong value is reported and read as its fallback, so that reading goes on and
/// every problem of the file is found in one pass.
/// </summary>
/// <remarks>A table that the file does not have reads as an empty one: each key then has its fallback.</remarks>
internal sealed class TableReader
{
    private readonly TomlTable? _table;
    private readonly ProblemList _problems;
    private readonly HashSet<string> _asked = [];
    private readonly List<TableReader> _tables = [];

    /// <summary>Reads a table, or an empty one for null.</summary>
    /// <param name="table">The table, if the file has it.</param>
    /// <param name="path">Its dotted name, empty for the document.</param>
    /// <param name="position">Where it is reported.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public TableReader(TomlTable? table, string path, TomlPosition position, ProblemList problems)
    {
        _table = table;
        _problems = problems;
        Path = path;
        Position = position;
    }

    /// <summary>Its dotted name, as in <c>service.web.health</c>.</summary>
    public string Path { get; }

    /// <summary>Where its name stands in the file.</summary>
    public TomlPosition Position { get; }

    /// <summary>The keys asked for so far.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    /// <summary>Finds a key without asking for it.</summary>
    public TomlEntry? Entry(string key) => _table is not null && _table.TryGet(key, out TomlEntry entry) ? entry : null;

    /// <summary>Finds a key of this table, or of tables inside it, without asking for any of them.</summary>
    public TomlEntry? Find(params ReadOnlySpan<string> path)
    {
        TomlEntry? found = null;
        TomlTable? table = _table;
        foreach (string key in path)
        {
            if (table is null || !table.TryGet(key, out TomlEntry entry)) return null;

            found = entry;
            table = entry.Value as TomlTable;
        }

        return found;
    }

    /// <summary>The node of a key, whatever its type; null where the key is absent.</summary>
    public TomlNode? Node(string key)
    {
        _asked.Add(key);
        return Entry(key)?.Value;
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public long Integer(string key, long fallback, long least, long most) => Node(key) switch
    {
        null => fallback,
        TomlInteger { Value: var value } when value >= least && value <= most => value,
        TomlInteger { Value: var value } at =>
            Reject(at, $"'{key}' must be from {least} to {most}, not {value}", fallback),
        TomlNode at => Reject(at, $"'{key}' must be an integer, not {at.Kind}", fallback),
    };

    /// <inheritdoc cref="Integer(string, long, long, long)"/>
    public int Integer(string key, int fallback, int least, int most) => (int)Integer(key, (long)fallback, least, most);

    /// <summary>A port to connect to, or 0 for none.</summary>
    public ushort Port(string key, ushort fallback) => (ushort)Integer(key, fallback, 0, ushort.MaxValue);

    /// <summary>A list of ports, 0 included.</summary>
    public IReadOnlyList<ushort> Ports(string key, IReadOnlyList<ushort> fallback)
    {
        if (Node(key) is null) return fallback;

        List<ushort> ports = [];
        foreach (TomlNode item in List(key, "ports"))
        {
            if (item is TomlInteger { Value: >= 0 and <= ushort.MaxValue and var port }) ports.Add((ushort)port);
            else Reject(item, $"'{key}' must be a list of ports from 0 to 65535, not of {Written(item)}", ports);
        }

        return ports;
    }

    /// <summary>A number from 0 to 1.</summary>
    public double Share(string key, double fallback) => Node(key) switch
    {
        null => fallback,
        TomlFloat { Value: >= 0 and <= 1 and var value } => value,
        TomlInteger { Value: >= 0 and <= 1 and var value } => value,
        TomlFloat { Value: var value } at => Reject(at, NotAShare(key, value), fallback),
        TomlInteger { Value: var value } at => Reject(at, NotAShare(key, value), fallback),
        TomlNode at => Reject(at, $"'{key}' must be a number from 0 to 1, not {at.Kind}", fallback),
    };

    /// <summary>true or false.</summary>
    public bool Boolean(string key, bool fallback) => Node(key) switch
    {
        null => fallback,
        TomlBoolean { Value: var value } => value,
        TomlNode at => Reject(at, $"'{key}' must be true or false, not {at.Kind}", fallback),
    };

    /// <summary>A text; null where the key is absent or wrong.</summary>
    public string? Text(string key) => Node(key) switch
    {
        null => null,
        TomlString { Value: var value } => value,
        TomlNode at => Reject<string?>(at, $"'{key}' must be a string, not {at.Kind}", null),
    };

    /// <summary>Bytes, at most <paramref name="most"/>, written as a text or as hexadecimal digits.</summary>
    public ReadOnlyMemory<byte> Bytes(string key, ReadOnlyMemory<byte> fallback, int most)
    {
        if (Text(key) is not { } text) return fallback;

        TomlNode at = Node(key)!;
        if (ByteSyntax.Parse(text, out ReadOnlyMemory<byte> bytes) is { } problem)
        {
            return Reject(at, $"'{key}' {problem}", fallback);
        }

        return bytes.Length <= most
            ? bytes
            : Reject(at, $"'{key}' has {bytes.Length} bytes; at most {most} are possible", fallback);
    }

    /// <summary>A duration from <paramref name="least"/> to a year.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan least = default) => Node(key) switch
    {
        null => fallback,
        TomlString { Value: var text } when DurationSyntax.TryParse(text, out TimeSpan value) && value >= least =>
            value,
        TomlString { Value: var text } at when DurationSyntax.TryParse(text, out _) =>
            Reject(at, $"'{key}' must be at least {DurationSyntax.Format(least)}, not \"{text}\"", fallback),
        TomlString { Value: var text } at =>
            Reject(at, $"'{key}' is not a duration of at most a year: \"{text}\"; {DurationSyntax.Rule}", fallback),
        TomlNode at => Reject(at, $"'{key}' must be a duration such as \"5s\", not {at.Kind}", fallback),
    };

    /// <summary>A literal address of this host; "" leaves the choice to the kernel.</summary>
    public IpAddress Address(string key, IpAddress fallback)
    {
        if (Text(key) is not { } text) return fallback;

        return text.Length == 0 ? default
            : AddressSyntax.ParseLiteral(text) is { IsIPv6LinkLocal: false } address ? IpAddress.From(address)
            : Reject(Node(key)!, $"'{key}' must be an address such as \"10.0.0.1\", or \"\", not \"{text}\"", fallback);
    }

    /// <summary>One of a few words.</summary>
    public T Word<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> words) =>
        WordOrForm(key, fallback, null, words);

    /// <summary>
    /// One of a few words. What has the form that is possible beside them, the caller has read before.
    /// </summary>
    public T WordOrForm<T>(string key, T fallback, string? form, params ReadOnlySpan<(string Word, T Value)> words)
    {
        TomlNode? node = Node(key);
        if (node is null) return fallback;

        string[] known = new string[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (node is TomlString { Value: var text } && text == words[i].Word) return words[i].Value;
            known[i] = words[i].Word;
        }

        string found = node is TomlString wrong
            ? $"\"{wrong.Value}\"{NearestWord.Hint(wrong.Value, known, '"')}"
            : node.Kind;
        string[] possible = form is null ? known : [.. known, form];
        return Reject(node, $"'{key}' must be {Listing.Or(possible)}, not {found}", fallback);
    }

    /// <summary>A table inside this one.</summary>
    public TableReader Table(string key) => Node(key) switch
    {
        TomlTable table => Open(table, key, Entry(key)!.Value.KeyPosition),
        null => Open(null, key, Position),
        TomlNode at => Reject(at, $"'{key}' must be a table, not {at.Kind}", Open(null, key, Position)),
    };

    /// <summary>The tables inside the table <paramref name="key"/>, by name: each <c>[key.NAME]</c>.</summary>
    public IReadOnlyList<(string Name, TableReader Table)> NamedTables(string key)
    {
        TableReader outer = Table(key);
        List<(string, TableReader)> named = [];
        foreach (TomlEntry entry in outer._table?.Entries ?? [])
        {
            named.Add((entry.Key, outer.Table(entry.Key)));
        }

        return named;
    }

    /// <summary>The items of a list; empty where the key is absent or wrong.</summary>
    public IReadOnlyList<TomlNode> List(string key, string ofWhat) => Node(key) switch
    {
        null => [],
        TomlArray { Items: var items } => items,
        TomlNode at => Reject<IReadOnlyList<TomlNode>>(at, $"'{key}' must be a list of {ofWhat}, not {at.Kind}", []),
    };

    /// <summary>Opens a table that is the item of a list.</summary>
    public TableReader Item(string key, int index, TomlTable item) =>
        Open(item, string.Create(CultureInfo.InvariantCulture, $"{key}[{index}]"), item.Position);

    /// <summary>Reports an error at a node and goes on with <paramref name="fallback"/>.</summary>
    public T Reject<T>(TomlNode at, string message, T fallback)
    {
        _problems.Error(at.Position, message);
        return fallback;
    }

    /// <summary>Reports a key that is known elsewhere, if it stands here, instead of calling it unknown.</summary>
    public void Misplaced(string key, string message)
    {
        if (Entry(key) is not { } entry) return;

        _asked.Add(key);
        _problems.Error(entry.KeyPosition, message);
    }

    /// <summary>Reports the keys that nobody asked for, here and in every table opened from here.</summary>
    public void ReportUnknownKeys()
    {
        foreach (TomlEntry entry in _table?.Entries ?? [])
        {
            if (_asked.Contains(entry.Key)) continue;

            string hint = NearestWord.Hint(entry.Key, _asked);
            if (hint.Length == 0 && _asked.Count > 0) hint = $"; known here: {string.Join(", ", _asked)}";
            string where = Path.Length == 0 ? "at the top level" : $"in [{Path}]";
            _problems.Error(entry.KeyPosition, $"unknown key '{entry.Key}' {where}{hint}");
        }

        foreach (TableReader table in _tables) table.ReportUnknownKeys();
    }

    private TableReader Open(TomlTable? table, string name, TomlPosition position)
    {
        TableReader opened = new(table, Path.Length == 0 ? name : $"{Path}.{name}", position, _problems);
        _tables.Add(opened);
        return opened;
    }

    private static string Written(TomlNode node) => node is TomlInteger { Value: var value }
        ? value.ToString(CultureInfo.InvariantCulture)
        : node.Kind;

    private static string NotAShare(string key, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"'{key}' must be from 0 to 1, not {value}");
}
