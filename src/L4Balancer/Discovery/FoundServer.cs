using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Discovery;

/// <summary>A server that a look-up has found.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Port">0 where the name does not say.</param>
/// <param name="Host">Whose address it is.</param>
/// <param name="Part">
/// The question that found it: a look-up may consist of several, which fail each for itself.
/// </param>
internal readonly record struct FoundServer(IPAddress Address, ushort Port, string Host, string Part)
{
    /// <summary>Of SRV: lower ones come first.</summary>
    public ushort Priority { get; init; }

    /// <summary>Of SRV: its share among those of its priority.</summary>
    public ushort Weight { get; init; }

    /// <summary>
    /// The servers in an order that does not depend on that of the answers: IPv4 first, then by address and port; each
    /// once, where it is said twice with what comes first.
    /// </summary>
    public static IReadOnlyList<FoundServer> Sorted(IEnumerable<FoundServer> servers) =>
    [
        .. servers
            .OrderBy(static one => one.Priority)
            .ThenByDescending(static one => one.Weight)
            .DistinctBy(static one => (one.Address, one.Port))
            .OrderBy(static one => one.Address.AddressFamily == AddressFamily.InterNetworkV6)
            .ThenBy(static one => Convert.ToHexString(one.Address.GetAddressBytes()), StringComparer.Ordinal)
            .ThenBy(static one => one.Port),
    ];
}
