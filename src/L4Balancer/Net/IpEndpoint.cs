using System.Net;

namespace L4Balancer.Net;

/// <summary>An address and a port, with the scope that a link-local IPv6 address needs (0 otherwise).</summary>
public readonly record struct IpEndpoint(IpAddress Address, ushort Port, uint ScopeId = 0)
{
    /// <summary>Takes over an endpoint of the framework.</summary>
    public static IpEndpoint From(IPEndPoint endPoint)
    {
        IpAddress address = IpAddress.From(endPoint.Address);
        uint scopeId = address.IsV4 ? 0 : (uint)endPoint.Address.ScopeId;
        return new IpEndpoint(address, (ushort)endPoint.Port, scopeId);
    }

    /// <summary>The framework's form. Allocates; not for the data path.</summary>
    public IPEndPoint ToIPEndPoint() => new(Address.ToIPAddress(ScopeId), Port);

    /// <summary><c>192.0.2.1:80</c> or <c>[2001:db8::1]:80</c>.</summary>
    public override string ToString() => ToIPEndPoint().ToString();
}
