using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>A backend that may be picked, with the weight that it has in one snapshot.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Weight">1 to 256.</param>
internal readonly record struct Candidate(Backend Backend, int Weight)
{
    /// <summary>
    /// Its sessions times another one's weight: who has less of this has fewer sessions for its weight than the other.
    /// </summary>
    public long SessionsFor(int weightOfOther) => (long)Backend.ActiveSessions * weightOfOther;

    /// <summary>
    /// It may be full. What cannot be is picked without a look at it: of a thousand backends that would be out of the
    /// cache. A limit that is set later comes with the next snapshot; until then whoever takes a place finds out.
    /// </summary>
    public bool HasLimit { get; } = Backend.MaxSessions > 0;

    /// <summary>A flow may be sent there: it has not failed and has room.</summary>
    public bool Takes(ReadOnlySpan<Backend> tried)
    {
        if (HasLimit && Backend.IsFull) return false;

        foreach (Backend one in tried)
        {
            if (ReferenceEquals(one, Backend)) return false;
        }

        return true;
    }
}
