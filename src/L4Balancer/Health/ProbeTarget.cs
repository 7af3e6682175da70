using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// Whom a probe asks, and what. Backends of any pool whose targets come to the same share one probe.
/// </summary>
/// <param name="Endpoint">Where it goes, with the probe's own port.</param>
/// <param name="Host">The backend's host as configured: an address or a name.</param>
/// <param name="Name">The backend's name. Only a program that is run is told of it.</param>
/// <param name="Check">What is asked.</param>
/// <param name="Timeout">All the time that it has, from the connect on.</param>
internal sealed record ProbeTarget(IPEndPoint Endpoint, string Host, string Name, HealthConfig Check, TimeSpan Timeout)
{
    /// <summary>The agent is asked what it thinks, by the keys of the check that are its own.</summary>
    public bool AsksAgent { get; init; }

    /// <summary>
    /// No packet gets there from the source that is configured: one is IPv4 and the other IPv6, as addresses of one
    /// name may be.
    /// </summary>
    public bool IsOutOfReach => Check.Source is { IsAny: false } source && (AsksAgent || Check.Type != ProbeType.Exec)
        && source.IsV4 != (Endpoint.AddressFamily == AddressFamily.InterNetwork);
}
