namespace L4Balancer.Toml;

/// <summary>A text in quotes, of any of the four forms.</summary>
public sealed class TomlString : TomlNode
{
    internal TomlString(TomlPosition position, string value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "a string";

    /// <summary>The text, escapes replaced; every line break in it is one line feed.</summary>
    public string Value { get; }
}
