using L4Balancer.Backends;
using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>
/// Backends that are picked from together; a further level is asked where nothing of those before it takes a flow.
/// Immutable but for what its selector counts.
/// </summary>
internal sealed class Level(Candidate[] candidates, ISelector selector)
{
    /// <summary>What there is to pick from.</summary>
    public IReadOnlyList<Candidate> Candidates => candidates;

    /// <summary>Picks from it.</summary>
    public ISelector Selector => selector;

    /// <summary>Picks a backend. Called by every shard; wait-free.</summary>
    /// <param name="hash">The flow's hash.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <param name="isFull">Set where one that was not tried has no room.</param>
    /// <returns>Null where all were tried or are full.</returns>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried, ref bool isFull)
    {
        // Nearly always the first one takes flows. Where none does this is shorter than what a ring would look at.
        foreach (Candidate one in candidates)
        {
            if (Candidate.Takes(one.Backend, tried)) return Select(hash, tried, ref isFull);

            isFull |= !IsTried(one.Backend, tried);
        }

        return null;
    }

    private Backend? Select(ulong hash, ReadOnlySpan<Backend> tried, ref bool isFull)
    {
        Backend? backend = selector.Pick(hash, tried);
        isFull = backend is null; // Nothing, though there was room: it has just been taken.
        return backend;
    }

    private static bool IsTried(Backend backend, ReadOnlySpan<Backend> tried)
    {
        foreach (Backend one in tried)
        {
            if (ReferenceEquals(one, backend)) return true;
        }

        return false;
    }
}
