namespace L4Balancer.Toml;

/// <summary>A list of values: <c>[1, 2]</c>, or the tables of all <c>[[name]]</c> headers of one name.</summary>
public sealed class TomlArray : TomlNode
{
    private readonly List<TomlNode> _items = [];

    internal TomlArray(TomlPosition position, bool isOfTables)
        : base(position) => IsOfTables = isOfTables;

    /// <inheritdoc/>
    public override string Kind => "an array";

    /// <summary>The values in the order of the document. They may be of different kinds.</summary>
    public IReadOnlyList<TomlNode> Items => _items;

    /// <summary>Whether it is made of <c>[[name]]</c> headers, so that a further header may add to it.</summary>
    internal bool IsOfTables { get; }

    internal void Add(TomlNode item) => _items.Add(item);
}
