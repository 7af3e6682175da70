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

    /// <summary>A flow may be sent to a backend: it has not failed this one and has room.</summary>
    public static bool Takes(Backend backend, ReadOnlySpan<Backend> tried)
    {
        if (backend.IsFull) return false;

        foreach (Backend one in tried)
        {
            if (ReferenceEquals(one, backend)) return false;
        }

        return true;
    }
}
