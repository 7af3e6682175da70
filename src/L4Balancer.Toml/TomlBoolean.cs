namespace L4Balancer.Toml;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class TomlBoolean : TomlNode
{
    internal TomlBoolean(TomlPosition position, bool value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "a boolean";

    /// <summary>The value.</summary>
    public bool Value { get; }
}
