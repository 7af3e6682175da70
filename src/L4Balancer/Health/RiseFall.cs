namespace L4Balancer.Health;

/// <summary>
/// Hysteresis of probe results: so many good ones in a row bring the state up, so many failed ones take it down. The
/// first result alone decides the first state, unless it has begun in one.
/// </summary>
internal sealed class RiseFall
{
    private int _against; // Results in a row that contradict the state.

    /// <summary>There has been a result, or it was begun without.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The state; false before the first result.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Results in a row contradict the state, too few to change it.</summary>
    public bool IsTurning => _against > 0;

    /// <summary>Begins in a state that no result has given.</summary>
    public void Begin(bool up) => (HasBegun, IsUp) = (true, up);

    /// <summary>Takes in a result.</summary>
    /// <param name="good">The probe succeeded.</param>
    /// <param name="rise">Good ones in a row that bring the state up.</param>
    /// <param name="fall">Failed ones in a row that take it down.</param>
    /// <returns>True where the state is now another one, or the first.</returns>
    public bool Observe(bool good, int rise, int fall)
    {
        if (!HasBegun)
        {
            HasBegun = true;
            IsUp = good;
            return true;
        }

        _against = good == IsUp ? 0 : _against + 1;
        if (_against < (IsUp ? fall : rise)) return false;

        IsUp = good;
        _against = 0;
        return true;
    }
}
