using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Shards;

/// <summary>
/// Opens the listening sockets of one address, one for each shard. The kernel spreads flows over sockets that share an
/// address by SO_REUSEPORT, but would also let a second daemon of the same user share it unnoticed. So the first socket
/// binds without the option, which fails where anybody listens there, and only then gets it for its siblings. Sockets
/// that this process was given take the place of the first.
/// </summary>
internal static class ListeningSockets
{
    /// <summary>
    /// Room asked for datagrams that wait, in each direction. A burst comes faster than a loop turns: 200-byte
    /// datagrams take 768 bytes each, so this holds about 5,000.
    /// </summary>
    public const int DatagramBufferBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Takes the sockets of an address that this process was given, and opens as many more as there are shards. On a
    /// failure none stays open.
    /// </summary>
    /// <param name="service">What is to listen.</param>
    /// <param name="address">Where; port 0 lets the kernel choose one port for all.</param>
    /// <param name="shards">How many sockets there should be.</param>
    /// <param name="besideOwn">
    /// This process listens there already, by an address that overlaps this one: the first socket then needs the option
    /// too, and who else listens there is not noticed.
    /// </param>
    /// <param name="inherited">What this process was given.</param>
    /// <returns>
    /// At least one. More than shards where that many were given: each has a queue of its own that somebody must serve.
    /// Fewer where no socket may join those that were given: another user's, or another process still serves them.
    /// </returns>
    /// <exception cref="BalancerStartException">The address cannot be listened on.</exception>
    public static ListeningDescriptor[] Open(
        ServiceConfig service, ListenAddress address, int shards, bool besideOwn, InheritedSockets inherited)
    {
        List<ListeningDescriptor> all = [.. inherited.Take(service.Protocol, address)];
        bool isGiven = all.Count > 0;
        try
        {
            foreach (ListeningDescriptor given in all) Prepare(given, service);
            bool mayJoin = !isGiven || inherited.MayBeJoined;
            while (all.Count < shards && mayJoin)
            {
                ListenAddress target = all.Count == 0 ? address : all[0].Address;
                SyscallResult opened = OpenOne(service, target, isFirst: all.Count == 0 && !besideOwn);
                if (isGiven && opened.IsError) break; // Another user's, or more than this process may bind.

                Require(opened, service, address);
                all.Add(Describe(opened.Value, service, target));
            }

            return [.. all];
        }
        catch
        {
            all.ForEach(static one => SocketCalls.Close(one.Fd));
            throw;
        }
    }

    /// <summary>Gives a socket that came from elsewhere what one that is opened here has.</summary>
    private static void Prepare(ListeningDescriptor given, ServiceConfig service)
    {
        (int fd, ListenAddress address) = (given.Fd, given.Address);
        Require(SocketCalls.MakeNonBlockingAndCloseOnExec(fd), service, address);
        Require(SocketOptions.ReusePort(fd), service, address);
        if (service.Protocol == FlowProtocol.Udp)
        {
            PrepareForDatagrams(fd, address.IsV6Socket, service, address);
            return;
        }

        PrepareForStreams(fd, service, address);
        Require(SocketCalls.Listen(fd, service.Backlog), service, address); // Its queue may be of another length now.
    }

    private static ListeningDescriptor Describe(int fd, ServiceConfig service, ListenAddress address)
    {
        SyscallResult asked = SocketCalls.LocalEndpoint(fd, out IpEndpoint bound);
        if (asked.IsError) SocketCalls.Close(fd);
        Require(asked, service, address);
        return ListeningDescriptor.Own(service.Protocol, address with { Endpoint = bound }, fd);
    }

    /// <returns>The socket; of the failures, those of the bind alone.</returns>
    private static SyscallResult OpenOne(ServiceConfig service, ListenAddress address, bool isFirst)
    {
        bool v6 = address.IsV6Socket;
        bool datagrams = service.Protocol == FlowProtocol.Udp;
        SyscallResult opened = datagrams ? SocketCalls.OpenUdp(v6) : SocketCalls.OpenTcp(v6);
        Require(opened, service, address);
        int fd = opened.Value;
        try
        {
            if (v6) Require(SocketOptions.V6Only(fd, !address.BothFamilies), service, address);
            if (service.Freebind) Require(SocketOptions.Freebind(fd, v6), service, address);
            if (datagrams) PrepareForDatagrams(fd, v6, service, address);
            else PrepareForStreams(fd, service, address);

            if (!isFirst) Require(SocketOptions.ReusePort(fd), service, address);
            SyscallResult isBound = SocketCalls.Bind(fd, address.Endpoint, v6);
            if (isBound.IsError)
            {
                SocketCalls.Close(fd);
                return isBound;
            }

            if (isFirst) Require(SocketOptions.ReusePort(fd), service, address);
            if (!datagrams) Require(SocketCalls.Listen(fd, service.Backlog), service, address);
            return opened;
        }
        catch
        {
            SocketCalls.Close(fd);
            throw;
        }
    }

    private static void PrepareForStreams(int fd, ServiceConfig service, ListenAddress address)
    {
        Require(SocketOptions.ReuseAddress(fd), service, address);
        Require(SocketOptions.NoDelay(fd), service, address);
        Require(SocketOptions.UrgentInline(fd), service, address);
    }

    private static void PrepareForDatagrams(int fd, bool v6, ServiceConfig service, ListenAddress address)
    {
        SocketOptions.BufferBytes(fd, DatagramBufferBytes);
        if (address.Endpoint.Address.IsAny) Require(SocketOptions.ReceiveLocalAddress(fd, v6), service, address);
    }

    private static void Require(SyscallResult result, ServiceConfig service, ListenAddress address)
    {
        if (!result.IsError) return;

        string advice = result.Error switch
        {
            Errno.EADDRINUSE => $"; see who listens there: ss -lntup 'sport = :{address.Endpoint.Port}'",
            Errno.EACCES => "; ports below 1024 need CAP_NET_BIND_SERVICE",
            Errno.EADDRNOTAVAIL => "; this host does not have the address (freebind = true binds it nevertheless)",
            Errno.EMFILE or Errno.ENFILE => "; raise LimitNOFILE= or ulimit -n",
            _ => "",
        };
        string what = Errnos.Text(result.Error).ToLowerInvariant();
        throw new BalancerStartException($"service {service.Name}: cannot listen on {address}: {what}{advice}");
    }
}
