namespace L4Balancer.Toml;

/// <summary>A value of a document. Immutable once <see cref="TomlReader"/> has returned it.</summary>
public abstract class TomlNode
{
    private protected TomlNode(TomlPosition position) => Position = position;

    /// <summary>
    /// Where the value starts: its first character or opening quote, bracket or brace. For a table with a header, the
    /// header's first bracket; for a table that only a longer key mentions, the part of that key which names it.
    /// </summary>
    public TomlPosition Position { get; private protected set; }

    /// <summary>What this is, with its article, to be put into a message: <c>a string</c>, <c>an integer</c>.</summary>
    public abstract string Kind { get; }
}
