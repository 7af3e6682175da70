namespace L4Balancer.Toml;

/// <summary>A time of day: <c>07:32:00</c>.</summary>
public sealed class TomlLocalTime : TomlNode
{
    internal TomlLocalTime(TomlPosition position, TimeOnly value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "a local time";

    /// <summary>The time of day. Fractions below 100 ns are cut off.</summary>
    public TimeOnly Value { get; }
}
