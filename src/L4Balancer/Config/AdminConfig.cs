using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>The <c>[admin]</c> table.</summary>
public sealed record AdminConfig
{
    /// <summary>Address of /metrics, /healthz and /ready, read-only. Default 127.0.0.1:9191; null is off.</summary>
    public IpEndpoint? Listen { get; init; } = new(IpAddress.FromV4(0x7F00_0001), 9191);

    /// <summary>
    /// Path of the unix socket with full control, for its owner and group (mode 0660); null is off. Default
    /// <see cref="DefaultSocket"/>.
    /// </summary>
    public string? Socket { get; init; } = DefaultSocket;

    /// <summary>Where the command line looks for the daemon.</summary>
    public const string DefaultSocket = "/run/l4balancer/admin.sock";
}
