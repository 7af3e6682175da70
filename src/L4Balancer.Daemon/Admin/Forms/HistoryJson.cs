namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>The last minutes of each service.</summary>
internal sealed record HistoryJson(int IntervalSeconds, IReadOnlyDictionary<string, ServiceHistoryJson> Services);

/// <summary>A value for each second, the oldest first.</summary>
internal sealed record ServiceHistoryJson(
    IReadOnlyList<long> Sessions,
    IReadOnlyList<long> Accepted,
    IReadOnlyList<long> BytesFromClients,
    IReadOnlyList<long> BytesToClients);

/// <summary>How a pool's hash space is divided, and how it was before the last change.</summary>
internal sealed record RingJson(string Pool, RingPictureJson Now, RingPictureJson? Before);

/// <summary>Whose is what.</summary>
internal sealed record RingPictureJson(
    IReadOnlyList<string> Backends, IReadOnlyList<double> Shares, IReadOnlyList<int> Owners)
{
    /// <summary>Writes a picture.</summary>
    public static RingPictureJson Of(RingPicture ring) => new(ring.Backends, ring.Shares, ring.Owners);
}
