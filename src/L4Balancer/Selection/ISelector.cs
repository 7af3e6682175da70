using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// A policy, made ready for the candidates of one snapshot. Called by every shard at once: it takes no lock, allocates
/// nothing, and its steps are bounded, also where every candidate was tried or is full.
/// </summary>
internal interface ISelector
{
    /// <summary>The backend of a flow.</summary>
    /// <param name="hash">The flow's hash; a policy that does not place flows by it looks elsewhere.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <returns>A candidate that is neither tried nor full; null where there is none.</returns>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried);
}
