namespace L4Balancer.Toml.Reading;

/// <summary>
/// Finds or makes the tables that headers and dotted keys name, and refuses what would define something twice. The
/// rules are in <see cref="TableOrigin"/>.
/// </summary>
internal sealed class TableRules(ReadLimits limits)
{
    /// <summary>The table of a <c>[header]</c>.</summary>
    internal TomlTable OpenTable(TomlTable root, List<KeyPart> path, TomlPosition header)
    {
        TomlTable parent = EnterHeader(root, path);
        if (!parent.TryGet(path[^1].Name, out TomlEntry entry))
        {
            return AddTable(parent, path[^1], header, TableOrigin.Header);
        }

        if (entry.Value is not TomlTable { Origin: TableOrigin.Implied } table) throw AlreadyDefined(path, entry);
        table.Define(header, TableOrigin.Header);
        return table;
    }

    /// <summary>A new table of a <c>[[header]]</c>.</summary>
    internal TomlTable AppendTable(TomlTable root, List<KeyPart> path, TomlPosition header)
    {
        TomlTable parent = EnterHeader(root, path);
        if (!parent.TryGet(path[^1].Name, out TomlEntry entry))
        {
            limits.CountValue(header);
            entry = parent.Add(path[^1], new TomlArray(header, isOfTables: true));
        }

        if (entry.Value is not TomlArray { IsOfTables: true } array) throw AlreadyDefined(path, entry);
        limits.CountValue(header);
        TomlTable table = new(header, TableOrigin.Header);
        array.Add(table);
        return table;
    }

    /// <summary>The table that the last part of a dotted key belongs to, in which it is not defined yet.</summary>
    internal TomlTable EnterDotted(TomlTable table, List<KeyPart> path)
    {
        for (int i = 0; i < path.Count - 1; i++)
        {
            KeyPart part = path[i];
            if (!table.TryGet(part.Name, out TomlEntry entry))
            {
                table = AddTable(table, part, part.Position, TableOrigin.Dotted);
                continue;
            }

            if (entry.Value is not TomlTable next) throw HoldsNoKeys(path, i, entry);
            if (next.Origin is TableOrigin.Inline) throw Complete(path, i, entry);
            if (next.Origin is TableOrigin.Header) throw HasHeader(path, i, entry);
            if (next.Origin is TableOrigin.Implied) next.Define(part.Position, TableOrigin.Dotted);
            table = next;
        }

        return table.TryGet(path[^1].Name, out TomlEntry first)
            ? throw AlreadyDefined(path, first)
            : table;
    }

    /// <summary>The table that holds a header's last part. An array on the way stands for its last table.</summary>
    private TomlTable EnterHeader(TomlTable table, List<KeyPart> path)
    {
        for (int i = 0; i < path.Count - 1; i++)
        {
            KeyPart part = path[i];
            if (!table.TryGet(part.Name, out TomlEntry entry))
            {
                table = AddTable(table, part, part.Position, TableOrigin.Implied);
                continue;
            }

            table = entry.Value switch
            {
                TomlTable { Origin: TableOrigin.Inline } => throw Complete(path, i, entry),
                TomlTable next => next,
                TomlArray { IsOfTables: true } array => (TomlTable)array.Items[^1],
                _ => throw HoldsNoKeys(path, i, entry),
            };
        }

        return table;
    }

    private TomlTable AddTable(TomlTable parent, KeyPart key, TomlPosition position, TableOrigin origin)
    {
        limits.CountValue(position);
        TomlTable table = new(position, origin);
        parent.Add(key, table);
        return table;
    }

    private static TomlException AlreadyDefined(List<KeyPart> path, TomlEntry first)
    {
        string what = first.Value switch
        {
            TomlTable { Origin: not TableOrigin.Inline } => "table",
            TomlArray { IsOfTables: true } => "array of tables",
            _ => "key",
        };
        return new TomlException(
            path[^1].Position,
            $"{what} {Words.Quote(path, path.Count)} is already defined on line {LineOf(first)}");
    }

    private static TomlException HoldsNoKeys(List<KeyPart> path, int index, TomlEntry entry) => new(
        path[index].Position,
        $"{Words.Quote(path, index + 1)} is {entry.Value.Kind} on line {LineOf(entry)}, so that it can have no keys");

    private static TomlException Complete(List<KeyPart> path, int index, TomlEntry entry) => new(
        path[index].Position,
        $"table {Words.Quote(path, index + 1)} is already defined in braces on line {LineOf(entry)}, "
        + "so that nothing can be added to it");

    private static TomlException HasHeader(List<KeyPart> path, int index, TomlEntry entry) => new(
        path[index].Position,
        $"table {Words.Quote(path, index + 1)} is already defined on line {LineOf(entry)}; "
        + "add the key under its header");

    /// <summary>Where something was defined: for a table not where a longer key first mentions it.</summary>
    private static int LineOf(TomlEntry entry) => entry.Value.Position.Line;
}
