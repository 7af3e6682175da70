using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>Tells whether two listen addresses would take the same connections.</summary>
public static class ListenOverlap
{
    /// <summary>
    /// True when a connection exists that both could take: the same port, and the same address or one of them stands
    /// for
    /// every address of the other's family. Port 0 overlaps nothing, since the kernel then chooses different ones.
    /// </summary>
    public static bool Exists(ListenAddress one, ListenAddress other)
    {
        if (one.Endpoint.Port != other.Endpoint.Port || one.Endpoint.Port == 0) return false;
        if (one.BothFamilies || other.BothFamilies) return true;

        IpAddress address = one.Endpoint.Address;
        IpAddress otherAddress = other.Endpoint.Address;
        if (address.IsV4 != otherAddress.IsV4) return false;
        if (address.IsAny || otherAddress.IsAny) return true;

        bool sameScope = one.Endpoint.ScopeId == other.Endpoint.ScopeId
            || one.Endpoint.ScopeId == 0 || other.Endpoint.ScopeId == 0;
        return address == otherAddress && sameScope;
    }
}
