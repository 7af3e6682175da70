using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>A backend that may be picked, with the weight that it has in one snapshot.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Weight">1 to 256.</param>
/// <param name="Percent">How much of that counts, 1 to 100: less than all while it starts slowly.</param>
internal readonly record struct Candidate(Backend Backend, int Weight, int Percent = Backend.WholeWeight)
{
    /// <summary>What counts of its weight, in hundredths of a unit: 1 to 25,600.</summary>
    public int EffectiveWeight => Weight * Percent;

    /// <summary>A flow may be sent to a backend: it has not failed this one and has room.</summary>
    public static bool Takes(Backend backend, ReadOnlySpan<Backend> tried) =>
        !backend.IsFull && !WasTried(backend, tried);

    /// <summary>A backend has failed a flow.</summary>
    public static bool WasTried(Backend backend, ReadOnlySpan<Backend> tried)
    {
        foreach (Backend one in tried)
        {
            if (ReferenceEquals(one, backend)) return true;
        }

        return false;
    }
}
