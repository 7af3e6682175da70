using System.Collections.Frozen;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Udp;

/// <summary>
/// The UDP addresses that this process listens on. A datagram that claims to come from one would go round in circles:
/// its reply would be taken for a request. Read by every shard; the control plane sets it as a whole.
/// </summary>
internal sealed class OwnAddresses
{
    private volatile FrozenDictionary<ushort, IpAddress[]> _byPort = FrozenDictionary<ushort, IpAddress[]>.Empty;

    /// <summary>Says where it listens from now on.</summary>
    public void Set(IEnumerable<IpEndpoint> listeners) => _byPort = listeners
        .GroupBy(static listener => listener.Port, static listener => listener.Address)
        .ToFrozenDictionary(static group => group.Key, static group => group.ToArray());

    /// <summary>True where a sender is one of them. A socket is opened only where its port is one of theirs.</summary>
    public bool Contains(in IpEndpoint sender)
    {
        if (!_byPort.TryGetValue(sender.Port, out IpAddress[]? addresses)) return false;

        foreach (IpAddress address in addresses)
        {
            if (address == sender.Address || (address.IsAny && LocalAddresses.Contains(sender.Address))) return true;
        }

        return false;
    }
}
