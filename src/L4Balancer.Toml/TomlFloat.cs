namespace L4Balancer.Toml;

/// <summary>A number with a fraction or an exponent, or one of <c>inf</c> and <c>nan</c>.</summary>
public sealed class TomlFloat : TomlNode
{
    internal TomlFloat(TomlPosition position, double value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "a float";

    /// <summary>The number, which may be infinite or not a number. Beyond a double's range it is infinite.</summary>
    public double Value { get; }
}
