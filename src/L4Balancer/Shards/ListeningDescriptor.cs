using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Shards;

/// <summary>A listening socket that is open. Who reads of one does not own it.</summary>
/// <param name="Name">
/// What it is called where descriptors are kept or passed on; all sockets of an address have the same.
/// </param>
/// <param name="Protocol">The transport.</param>
/// <param name="Address">What it is bound to.</param>
/// <param name="Fd">The descriptor.</param>
internal readonly record struct ListeningDescriptor(
    string Name, FlowProtocol Protocol, ListenAddress Address, int Fd)
{
    /// <summary>
    /// Its name is one of ours, so it was opened by this program; otherwise a service manager did that, who keeps it.
    /// </summary>
    public bool IsOwn => Name == OwnName(Protocol, Address);

    /// <summary>As in the log: the address, of UDP with the protocol before it.</summary>
    public override string ToString() => Protocol == FlowProtocol.Udp ? $"udp {Address}" : Address.ToString();

    /// <summary>A socket that this program has opened.</summary>
    public static ListeningDescriptor Own(FlowProtocol protocol, ListenAddress address, int fd) =>
        new(OwnName(protocol, address), protocol, address, fd);

    /// <summary>
    /// <c>tcp-192.0.2.1_80</c>, <c>udp-2001.db8..1_53</c>, <c>tcp-*_443</c>: without the colon, which the names of a
    /// service manager may not have.
    /// </summary>
    private static string OwnName(FlowProtocol protocol, ListenAddress address)
    {
        IpEndpoint endpoint = address.Endpoint;
        string host = address.BothFamilies ? "*" : endpoint.Address.ToString().Replace(':', '.');
        string scope = endpoint.ScopeId == 0 ? "" : $"%{endpoint.ScopeId}";
        string transport = protocol == FlowProtocol.Udp ? "udp" : "tcp";
        return $"{transport}-{host}{scope}_{endpoint.Port}";
    }
}
