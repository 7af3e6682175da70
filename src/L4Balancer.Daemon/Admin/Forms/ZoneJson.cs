namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>A zone with what it gets of each pool.</summary>
internal sealed record ZoneJson(
    string Name, bool Local, bool Away, int Backends, int Available, int Sessions,
    IReadOnlyList<ZoneShareJson> Shares)
{
    /// <summary>Writes a status.</summary>
    public static ZoneJson Of(ZoneStatus zone) => new(
        zone.Name, zone.IsLocal, zone.IsAway, zone.Backends, zone.Available, zone.ActiveConnections,
        [.. zone.Shares.Select(static one => new ZoneShareJson(one.Pool, Written.Share(one.Share)))]);
}

/// <summary>A zone's share of a pool's new flows.</summary>
internal sealed record ZoneShareJson(string Pool, double Share);

/// <summary>What taking a zone out, or bringing it back, came to.</summary>
internal sealed record ZoneShiftJson(string Zone, bool Away, IReadOnlyList<ZoneShiftShareJson> Shares)
{
    /// <summary>Writes it.</summary>
    public static ZoneShiftJson Of(ZoneShift shift) => new(
        shift.Zone,
        shift.IsAway,
        [
            .. shift.Before.Zip(shift.After, static (before, after) =>
                new ZoneShiftShareJson(before.Pool, Written.Share(before.Share), Written.Share(after.Share))),
        ]);
}

/// <summary>A zone's share of a pool's new flows before and after.</summary>
internal sealed record ZoneShiftShareJson(string Pool, double Before, double After);
