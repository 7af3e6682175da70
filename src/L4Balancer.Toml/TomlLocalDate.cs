namespace L4Balancer.Toml;

/// <summary>A date: <c>1979-05-27</c>.</summary>
public sealed class TomlLocalDate : TomlNode
{
    internal TomlLocalDate(TomlPosition position, DateOnly value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override string Kind => "a local date";

    /// <summary>The date.</summary>
    public DateOnly Value { get; }
}
