namespace L4Balancer.Health;

/// <summary>
/// How many flows of one backend began and failed lately, from totals that only grow: they are looked at ten times a
/// window, and what lies further back than that does not count. Any thread.
/// </summary>
internal sealed class FailureWindow
{
    /// <summary>Looks in the time of a window.</summary>
    public const int Looks = 10;

    private readonly Lock _lock = new();
    private readonly (long Flows, long Failed)[] _totals = new (long Flows, long Failed)[Looks];
    private int _oldest;
    private bool _hasBegun;

    /// <summary>Looks once.</summary>
    /// <param name="flows">Flows that have begun since the start.</param>
    /// <param name="failed">Flows that have failed since the start.</param>
    /// <returns>The same of the last window; before there was a whole one, of the time since the first look.</returns>
    public (long Flows, long Failed) Look(long flows, long failed)
    {
        (long flowsBefore, long failedBefore) = Replace(flows, failed);

        // The totals are read while shards write them, one after the other.
        long begun = Math.Max(0, flows - flowsBefore);
        return (begun, Math.Clamp(failed - failedBefore, 0, begun));
    }

    /// <summary>What has been before counts no more.</summary>
    public void Forget()
    {
        lock (_lock) _hasBegun = false;
    }

    /// <summary>Puts the newest totals in the place of the oldest.</summary>
    private (long Flows, long Failed) Replace(long flows, long failed)
    {
        lock (_lock)
        {
            if (!_hasBegun) _totals.AsSpan().Fill((flows, failed));
            _hasBegun = true;
            (long Flows, long Failed) oldest = _totals[_oldest];
            _totals[_oldest] = (flows, failed);
            _oldest = (_oldest + 1) % Looks;
            return oldest;
        }
    }
}
