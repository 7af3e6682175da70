namespace L4Balancer.Telemetry;

/// <summary>Why a datagram was not passed on.</summary>
internal enum DatagramDrop
{
    /// <summary>Its source port is one of <c>udp.deny_source_ports</c>.</summary>
    DeniedSourcePort,

    /// <summary>Its sender is a backend, or an address that this process listens on.</summary>
    Loop,

    /// <summary>No backend was available for a new flow.</summary>
    NoBackend,

    /// <summary>
    /// A new flow found the session table full, and no session had been idle for long; or every backend had as many as
    /// it may have.
    /// </summary>
    Limit,

    /// <summary>A new flow found the process out of descriptors, ports or memory.</summary>
    Resource,

    /// <summary>A new flow came while the process drains.</summary>
    Shutdown,

    /// <summary>The backend answered with ICMP "port unreachable", and no other was available.</summary>
    ServerRefused,

    /// <summary>There is no way to the backend, or none for a datagram of this size.</summary>
    ServerUnreachable,

    /// <summary>The kernel had no room to send to the backend.</summary>
    ServerBuffer,

    /// <summary>A reply found no way to the client.</summary>
    ClientUnreachable,

    /// <summary>The kernel had no room to send a reply.</summary>
    ClientBuffer,

    /// <summary>A listening socket's receive buffer was full: the kernel dropped it before it was seen.</summary>
    ReceiveBuffer,
}

/// <summary>The words of the reasons, as in the metrics.</summary>
internal static class DatagramDrops
{
    private static readonly string[] Words =
    [
        "denied_source_port", "loop", "no_backend", "limit", "resource", "shutdown", "server_refused",
        "server_unreachable", "server_buffer", "client_unreachable", "client_buffer", "receive_buffer",
    ];

    public static int Count => Words.Length;

    public static string Text(DatagramDrop reason) => Words[(int)reason];
}
