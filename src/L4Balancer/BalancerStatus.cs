using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer;

/// <summary>An address that a service listens on, with the port that the kernel chose where it was 0.</summary>
public sealed record BoundListener(string Service, ListenAddress Address, FlowProtocol Protocol)
{
    /// <summary>Address and port.</summary>
    public IpEndpoint Endpoint => Address.Endpoint;

    /// <summary>As in the log: the address, of UDP with the protocol before it.</summary>
    public override string ToString() => Protocol == FlowProtocol.Udp ? $"udp {Address}" : Address.ToString();
}

/// <summary>A backend as the outside sees it.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Name">The backend's name.</param>
/// <param name="IsAvailable">True when new flows may go there.</param>
/// <param name="State">up, down, ejected, unresolved or unknown.</param>
/// <param name="ActiveConnections">Sessions it holds.</param>
/// <param name="TotalConnections">Sessions it was given since the start.</param>
public sealed record BackendStatus(
    string Pool, string Name, bool IsAvailable, string State, int ActiveConnections, long TotalConnections);
