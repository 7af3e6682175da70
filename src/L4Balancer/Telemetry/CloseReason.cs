using L4Balancer.Net;

namespace L4Balancer.Telemetry;

/// <summary>
/// Why a session ended: the same words in flow records, metrics and tests (<see cref="CloseReasons.Text"/>).
/// A member stands here when something can end that way.
/// </summary>
public enum CloseReason
{
    /// <summary>Both sides ended their streams; of UDP: the replies that were expected have come.</summary>
    Normal,

    /// <summary>The client reset while the backend was being connected.</summary>
    ClientAbortConnect,

    /// <summary>The client reset an established session.</summary>
    ClientAbort,

    /// <summary>
    /// Every backend tried refused the connection; the last one's failure is named. Of UDP: the backend answered with
    /// ICMP "port unreachable", and the flow's next datagram went to another.
    /// </summary>
    ServerRefused,

    /// <summary>The backend's network could not be reached.</summary>
    ServerUnreachable,

    /// <summary>The backend did not answer within <c>timeouts.connect</c>.</summary>
    ServerConnectTimeout,

    /// <summary>The backend reset an established session.</summary>
    ServerAbort,

    /// <summary>No byte in either direction for <c>timeouts.idle</c>.</summary>
    Idle,

    /// <summary>One side had ended its stream and the other sent nothing for <c>timeouts.half_close</c>.</summary>
    HalfCloseTimeout,

    /// <summary>The session had lived for <c>timeouts.lifetime</c>.</summary>
    Lifetime,

    /// <summary>No backend was available.</summary>
    NoBackend,

    /// <summary>
    /// Every backend had as many connections as it may have, and no room to wait was left. Of UDP: a session had been
    /// idle for a while and gave way to a new flow at a limit.
    /// </summary>
    Limit,

    /// <summary>Every backend was full, and no place became free within <c>queue.timeout</c>.</summary>
    QueueTimeout,

    /// <summary>
    /// The backend went down or was ejected, and <c>on_down</c> says that its connections end then. Of UDP: it went
    /// down, was ejected or removed, and the client kept sending.
    /// </summary>
    BackendDown,

    /// <summary>The backend was drained or removed, and its flows had their time (<c>drain.timeout</c>).</summary>
    DrainTimeout,

    /// <summary>An operator ended the flow, or put its backend into maintenance.</summary>
    AdminKill,

    /// <summary>The process ends and the session had not ended within <c>shutdown_drain</c>.</summary>
    Shutdown,

    /// <summary>The process ran out of descriptors, ports or memory.</summary>
    Resource,
}

/// <summary>The words of the close reasons.</summary>
public static class CloseReasons
{
    private static readonly string[] Words =
    [
        "normal", "client_abort_connect", "client_abort", "server_refused", "server_unreachable",
        "server_connect_timeout", "server_abort", "idle", "half_close_timeout", "lifetime", "no_backend", "limit",
        "queue_timeout", "backend_down", "drain_timeout", "admin_kill", "shutdown", "resource",
    ];

    /// <summary>Number of reasons; they count from 0.</summary>
    public static int Count => Words.Length;

    /// <summary>The word as written to records and metrics.</summary>
    public static string Text(CloseReason reason) => Words[(int)reason];

    /// <summary>
    /// True where an operator may want to know: everything but an ordinary end and an idle or aged session. A UDP
    /// session that gives way at a limit was idle; a connection that ends by one is refused.
    /// </summary>
    public static bool IsError(CloseReason reason, FlowProtocol protocol) => reason switch
    {
        CloseReason.Normal or CloseReason.Idle or CloseReason.HalfCloseTimeout or CloseReason.Lifetime => false,
        CloseReason.Limit => protocol == FlowProtocol.Tcp,
        _ => true,
    };
}
