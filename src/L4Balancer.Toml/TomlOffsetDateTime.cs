namespace L4Balancer.Toml;

/// <summary>
/// A date and time with an offset from UTC: <c>1979-05-27T07:32:00-07:00</c>. Kept in two parts because TOML allows
/// offsets up to 23:59 and <see cref="DateTimeOffset"/> only up to 14:00.
/// </summary>
public sealed class TomlOffsetDateTime : TomlNode
{
    internal TomlOffsetDateTime(TomlPosition position, DateTime local, TimeSpan offset)
        : base(position)
    {
        Local = local;
        Offset = offset;
    }

    /// <inheritdoc/>
    public override string Kind => "an offset date-time";

    /// <summary>The date and time as written, of unspecified kind. Fractions below 100 ns are cut off.</summary>
    public DateTime Local { get; }

    /// <summary>How far <see cref="Local"/> is ahead of UTC: whole minutes between -23:59 and 23:59.</summary>
    public TimeSpan Offset { get; }
}
