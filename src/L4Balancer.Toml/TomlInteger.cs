namespace L4Balancer.Toml;

/// <summary>A whole number of 64 bits, in decimal, hexadecimal, octal or binary.</summary>
public sealed class TomlInteger : TomlNode
{
    internal TomlInteger(TomlPosition position, long value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "an integer";

    /// <summary>The number.</summary>
    public long Value { get; }
}
