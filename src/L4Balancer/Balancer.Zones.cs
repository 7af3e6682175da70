namespace L4Balancer;

/// <content>Zones at the operator's word.</content>
public sealed partial class Balancer
{
    /// <summary>Every zone with what it gets.</summary>
    public IReadOnlyList<ZoneStatus> Zones => _zones.Zones();

    /// <summary>Every pool, also those that only removed services use.</summary>
    public IReadOnlyList<PoolStatus> PoolStatuses => _status.Pools();

    /// <summary>
    /// Takes a zone out of all pools, or brings it back. New flows follow at once; those that there are go on. It stays
    /// so over changes of the configuration, and ends with the process.
    /// </summary>
    /// <param name="zone">Its name.</param>
    /// <param name="isAway">Whether it is to be out.</param>
    /// <param name="force">Also where a pool has no other backend that is available; otherwise nothing changes.</param>
    /// <param name="cancellationToken">Ends the wait for changes under way.</param>
    /// <returns>What came of it; null where there is no such zone.</returns>
    public async Task<ZoneShift?> ShiftZoneAsync(
        string zone, bool isAway, bool force, CancellationToken cancellationToken)
    {
        ZoneShift? shift = null;
        await ChangeAsync(
            () =>
            {
                shift = _zones.Shift(zone, isAway, force);
                return Task.CompletedTask;
            },
            cancellationToken);
        return shift;
    }
}
