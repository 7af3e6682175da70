namespace L4Balancer.Config;

/// <summary>The <c>maglev</c> table of a pool.</summary>
public sealed record MaglevConfig
{
    /// <summary>Fewest slots.</summary>
    public const int LeastTableSize = 7;

    /// <summary>Most slots.</summary>
    public const int MostTableSize = 5_000_011;

    /// <summary>
    /// Slots of the table, a prime from <see cref="LeastTableSize"/> to <see cref="MostTableSize"/>. Default 65,537.
    /// </summary>
    public int TableSize { get; init; } = 65_537;
}
