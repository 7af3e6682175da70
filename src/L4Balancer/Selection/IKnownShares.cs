namespace L4Balancer.Selection;

/// <summary>A selector of which it is known in advance what share of new flows each candidate gets.</summary>
internal interface IKnownShares : ISelector
{
    /// <summary>Names of the candidates; what follows speaks of them by their index.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Share of new flows that each candidate gets while none is full, 0 to 1. May be slow.</summary>
    public double[] Shares();
}
