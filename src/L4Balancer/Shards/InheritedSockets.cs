using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Shards;

/// <summary>A descriptor that this process was given, with the name it had where it was kept.</summary>
internal readonly record struct GivenDescriptor(string Name, int Fd);

/// <summary>
/// The listening sockets that this process was given: by a service manager that has opened them or has kept them while
/// the daemon was restarted, or by the daemon whose place it takes. Owns what nobody has taken. Not thread-safe.
/// </summary>
internal sealed class InheritedSockets : IDisposable
{
    private const int TcpNumber = 6;
    private const int UdpNumber = 17;

    private readonly List<ListeningDescriptor> _listeners = [];
    private readonly List<GivenDescriptor> _others = [];

    /// <summary>Takes over descriptors, in the order in which the shards are to have them.</summary>
    public InheritedSockets(IEnumerable<GivenDescriptor> given)
    {
        foreach (GivenDescriptor one in given)
        {
            if (Describe(one) is { } listener) _listeners.Add(listener);
            else _others.Add(one);
        }
    }

    /// <summary>
    /// Further sockets may be bound to the addresses of these. Not so while another process still serves them: what
    /// came to a further one would be lost if this process did not take its place after all. Default true.
    /// </summary>
    public bool MayBeJoined { get; init; } = true;

    /// <summary>Nothing was given.</summary>
    public bool IsEmpty => _listeners.Count == 0 && _others.Count == 0;

    /// <summary>No socket at all.</summary>
    public static InheritedSockets None() => new([]);

    /// <summary>The sockets that are bound to exactly this address. The caller owns them.</summary>
    public IReadOnlyList<ListeningDescriptor> Take(FlowProtocol protocol, ListenAddress address)
    {
        // The kernel has chosen a port long ago: 0 is no address of an open socket.
        List<ListeningDescriptor> fitting =
            _listeners.FindAll(one => one.Protocol == protocol && one.Address == address);
        _listeners.RemoveAll(one => one.Protocol == protocol && one.Address == address);
        return fitting;
    }

    /// <summary>
    /// A further socket can be bound beside one of these, and only beside it: they take some of the same connections.
    /// </summary>
    public bool Overlaps(FlowProtocol protocol, ListenAddress address) =>
        MayBeJoined && _listeners.Exists(one => one.Protocol == protocol && ListenOverlap.Exists(one.Address, address));

    /// <summary>Closes what nobody has taken.</summary>
    /// <param name="listeners">Of it, the listening sockets.</param>
    /// <param name="others">The names of those that are no listening sockets of TCP or UDP.</param>
    public void CloseRest(out IReadOnlyList<ListeningDescriptor> listeners, out IReadOnlyList<string> others)
    {
        listeners = [.. _listeners];
        others = [.. _others.Select(static one => one.Name)];
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.ForEach(static one => SocketCalls.Close(one.Fd));
        _others.ForEach(static one => SocketCalls.Close(one.Fd));
        _listeners.Clear();
        _others.Clear();
    }

    /// <returns>Null for what is no listening socket of TCP or UDP.</returns>
    private static ListeningDescriptor? Describe(GivenDescriptor given)
    {
        int fd = given.Fd;
        SyscallResult family = SocketOptions.Family(fd);
        SyscallResult transport = SocketOptions.Protocol(fd);
        bool isV6 = family.Value == SocketCalls.FamilyV6;
        if (!isV6 && family.Value != SocketCalls.FamilyV4) return null;
        if (transport.Value is not (TcpNumber or UdpNumber)) return null;

        FlowProtocol protocol = transport.Value == TcpNumber ? FlowProtocol.Tcp : FlowProtocol.Udp;
        if (protocol == FlowProtocol.Tcp && SocketOptions.Listens(fd).Value == 0) return null;
        if (SocketCalls.LocalEndpoint(fd, out IpEndpoint bound).IsError || bound.Port == 0) return null;
        if (isV6 == bound.Address.IsV4) return null; // ::ffff:192.0.2.1 is nothing that can be configured.

        bool takesBoth = isV6 && bound.Address.IsAny && SocketOptions.IsV6Only(fd).Value == 0;
        return new ListeningDescriptor(given.Name, protocol, new ListenAddress(bound, takesBoth), fd);
    }
}
