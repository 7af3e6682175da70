namespace L4Balancer.Selection;

/// <summary>
/// A selector that divides the space of hashes among its candidates, so that it can be shown who has which part.
/// </summary>
internal interface IFlowPlacement : ISelector
{
    /// <summary>Names of the candidates; what follows speaks of them by their index.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The candidate that has a place.</summary>
    public int OwnerOf(ulong hash);

    /// <summary>Share of the space that each candidate has, 0 to 1. Slow: looks at all of it.</summary>
    public double[] Shares();
}
