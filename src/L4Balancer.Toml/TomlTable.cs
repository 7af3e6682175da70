using L4Balancer.Toml.Reading;

namespace L4Balancer.Toml;

/// <summary>Keys and their values: the document itself, a <c>[name]</c> section, or an inline table.</summary>
public sealed class TomlTable : TomlNode
{
    /// <summary>Up to here a walk over the entries is no slower than hashing, and most tables stay below it.</summary>
    private const int MaxEntriesWithoutIndex = 8;

    private readonly List<TomlEntry> _entries = [];
    private Dictionary<string, int>? _index;

    internal TomlTable(TomlPosition position, TableOrigin origin)
        : base(position) => Origin = origin;

    /// <inheritdoc/>
    public override string Kind => "a table";

    /// <summary>The entries in the order in which the document first mentions their keys.</summary>
    public IReadOnlyList<TomlEntry> Entries => _entries;

    /// <summary>What has defined this table so far, which decides what may still be added to it.</summary>
    internal TableOrigin Origin { get; private set; }

    /// <summary>Finds a key, compared exactly. Constant time.</summary>
    /// <param name="key">One key, never a dotted one.</param>
    /// <param name="entry">The entry, or <c>default</c> when the table has no such key.</param>
    public bool TryGet(string key, out TomlEntry entry)
    {
        int place = Find(key);
        entry = place < 0 ? default : _entries[place];
        return place >= 0;
    }

    /// <summary>Adds a key that the table must not have yet.</summary>
    internal TomlEntry Add(KeyPart key, TomlNode value)
    {
        TomlEntry entry = new(key.Name, key.Position, value);
        _index?.Add(key.Name, _entries.Count);
        _entries.Add(entry);
        if (_index is null && _entries.Count > MaxEntriesWithoutIndex) BuildIndex();
        return entry;
    }

    /// <summary>Turns a table that was only implied into one with a definition of its own.</summary>
    internal void Define(TomlPosition position, TableOrigin origin)
    {
        Position = position;
        Origin = origin;
    }

    private int Find(string key)
    {
        if (_index is not null) return _index.GetValueOrDefault(key, -1);

        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key == key) return i;
        }

        return -1;
    }

    private void BuildIndex()
    {
        _index = new Dictionary<string, int>(2 * _entries.Count);
        for (int i = 0; i < _entries.Count; i++) _index.Add(_entries[i].Key, i);
    }
}
