namespace L4Balancer.Selection;

/// <summary>
/// A selector that divides the space of hashes among its candidates, so that it can be shown who has which part.
/// </summary>
internal interface IFlowPlacement : IKnownShares
{
    /// <summary>The candidate that has a place.</summary>
    public int OwnerOf(ulong hash);
}
