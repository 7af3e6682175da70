namespace L4Balancer;

/// <summary>A zone as the outside sees it, over all pools.</summary>
public sealed record ZoneStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>This balancer is in it.</summary>
    public required bool IsLocal { get; init; }

    /// <summary>The operator has taken it out.</summary>
    public required bool IsAway { get; init; }

    /// <summary>Backends in it.</summary>
    public required int Backends { get; init; }

    /// <summary>Backends in it that are available.</summary>
    public required int Available { get; init; }

    /// <summary>Sessions on its backends.</summary>
    public required int ActiveConnections { get; init; }

    /// <summary>Its share of the new flows of each pool that has backends in it, by their weights.</summary>
    public required IReadOnlyList<ZoneShare> Shares { get; init; }
}

/// <summary>What of a pool's new flows a zone gets.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Share">0 to 1.</param>
public sealed record ZoneShare(string Pool, double Share);

/// <summary>What taking a zone out, or bringing it back, came to.</summary>
/// <param name="Zone">Which.</param>
/// <param name="IsAway">It is out now.</param>
/// <param name="Before">Its shares before.</param>
/// <param name="After">Its shares after, of the same pools.</param>
/// <param name="LeftEmpty">
/// Pools that would have no available backend without it. Where there are some nothing was changed, unless that was
/// wanted.
/// </param>
public sealed record ZoneShift(
    string Zone, bool IsAway, IReadOnlyList<ZoneShare> Before, IReadOnlyList<ZoneShare> After,
    IReadOnlyList<string> LeftEmpty);
