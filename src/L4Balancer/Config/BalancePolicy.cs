namespace L4Balancer.Config;

/// <summary>How a backend is chosen for a flow.</summary>
public enum BalancePolicy
{
    /// <summary>Consistent-hash ring. The default.</summary>
    Ring,

    /// <summary>Table of Maglev: exact shares, a few more flows move than by the ring.</summary>
    Maglev,

    /// <summary>In turn, by weight.</summary>
    RoundRobin,

    /// <summary>At random, by weight.</summary>
    Random,

    /// <summary>Of two drawn by weight the one with fewer sessions.</summary>
    PowerOfTwo,

    /// <summary>Fewest sessions for its weight.</summary>
    LeastConnections,

    /// <summary>Of two drawn by weight the one that answers sooner, times its sessions.</summary>
    LeastLatency,

    /// <summary>Of two drawn by weight the one that has moved fewer bytes lately.</summary>
    LeastTraffic,
}
