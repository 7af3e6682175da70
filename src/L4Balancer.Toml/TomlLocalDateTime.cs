namespace L4Balancer.Toml;

/// <summary>A date and a time without an offset: <c>1979-05-27T07:32:00</c>.</summary>
public sealed class TomlLocalDateTime : TomlNode
{
    internal TomlLocalDateTime(TomlPosition position, DateTime value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "a local date-time";

    /// <summary>The date and time, of unspecified kind. Fractions below 100 ns are cut off.</summary>
    public DateTime Value { get; }
}
