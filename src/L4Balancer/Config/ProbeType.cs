namespace L4Balancer.Config;

/// <summary>What an active probe does.</summary>
public enum ProbeType
{
    /// <summary>A TCP connect. The default.</summary>
    Tcp,

    /// <summary>A TLS handshake.</summary>
    Tls,

    /// <summary>An HTTP request, over TLS where <see cref="HttpProbeConfig.Https"/> says so.</summary>
    Http,

    /// <summary>A dialogue over TCP.</summary>
    SendExpect,

    /// <summary>A datagram, and what comes back.</summary>
    Udp,

    /// <summary>A program that judges. Only where <see cref="GlobalConfig.AllowExec"/> permits.</summary>
    Exec,

    /// <summary>No probe: a backend counts as up.</summary>
    None,
}
