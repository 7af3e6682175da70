namespace L4Balancer.Config;

/// <summary>What an active probe does.</summary>
public enum ProbeType
{
    /// <summary>A TCP connect. The default.</summary>
    Tcp,

    /// <summary>A datagram, and what comes back.</summary>
    Udp,

    /// <summary>No probe: a backend counts as up.</summary>
    None,
}
