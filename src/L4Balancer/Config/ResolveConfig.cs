using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>The keys of a pool that say how names of backends are resolved.</summary>
public sealed record ResolveConfig
{
    /// <summary>Most <see cref="Servers"/>.</summary>
    public const int MostServers = 8;

    /// <summary>
    /// Time from one look-up of a name to the next (<c>resolve</c>). Default 30 s; zero: until it resolves for the
    /// first time, and never again.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the last answer is kept while look-ups fail (<c>resolve_hold</c>). Default 1 h; zero not at all.
    /// </summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The name servers that are asked (<c>resolver</c>), at most <see cref="MostServers"/>. Default none: host names
    /// are resolved as the system does, SRV records by the name servers of /etc/resolv.conf.
    /// </summary>
    public IReadOnlyList<IpEndpoint> Servers { get; init; } = [];
}
