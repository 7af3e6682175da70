namespace L4Balancer.Telemetry;

/// <summary>
/// What one shard counts of one UDP service beside its <see cref="ServiceCounters"/>. The shard alone writes.
/// </summary>
internal sealed class DatagramCounters
{
    private readonly long[] _dropped = new long[DatagramDrops.Count];

    /// <summary>Datagrams from clients.</summary>
    public long ReceivedFromClients { get; set; }

    /// <summary>Datagrams taken by the kernel for servers.</summary>
    public long SentToServers { get; set; }

    /// <summary>Datagrams from servers.</summary>
    public long ReceivedFromServers { get; set; }

    /// <summary>Datagrams taken by the kernel for clients.</summary>
    public long SentToClients { get; set; }

    /// <summary>Datagrams that were not passed on.</summary>
    public long Dropped(DatagramDrop reason) => Volatile.Read(ref _dropped[(int)reason]);

    /// <summary>Counts datagrams that are not passed on.</summary>
    public void CountDropped(DatagramDrop reason, long datagrams) => _dropped[(int)reason] += datagrams;
}
