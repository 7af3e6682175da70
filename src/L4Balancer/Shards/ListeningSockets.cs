using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Shards;

/// <summary>
/// Opens the listening sockets of one address, one for each shard. The kernel spreads flows over sockets that share an
/// address by SO_REUSEPORT, but would also let a second daemon of the same user share it unnoticed. So the first socket
/// binds without the option, which fails where anybody listens there, and only then gets it for its siblings.
/// </summary>
internal static class ListeningSockets
{
    /// <summary>
    /// Room asked for datagrams that wait, in each direction. A burst comes faster than a loop turns: 200-byte
    /// datagrams take 768 bytes each, so this holds about 5,000.
    /// </summary>
    public const int DatagramBufferBytes = 4 * 1024 * 1024;

    /// <summary>Opens <paramref name="count"/> sockets; on a failure none stays open.</summary>
    /// <param name="service">What is to listen.</param>
    /// <param name="address">Where; port 0 lets the kernel choose one port for all.</param>
    /// <param name="count">How many.</param>
    /// <param name="besideOwn">
    /// This process listens there already, by an address that overlaps this one: the first socket then needs the option
    /// too, and who else listens there is not noticed.
    /// </param>
    /// <param name="bound">The address with the port in force.</param>
    /// <exception cref="BalancerStartException">The address cannot be listened on.</exception>
    public static int[] Open(
        ServiceConfig service, ListenAddress address, int count, bool besideOwn, out IpEndpoint bound)
    {
        List<int> opened = [];
        bound = address.Endpoint;
        try
        {
            for (int i = 0; i < count; i++)
            {
                ListenAddress target = address with { Endpoint = bound };
                opened.Add(OpenOne(service, target, isFirst: i == 0 && !besideOwn));
                if (i == 0) Require(SocketCalls.LocalEndpoint(opened[0], out bound), service, address);
            }

            return [.. opened];
        }
        catch
        {
            opened.ForEach(SocketCalls.Close);
            throw;
        }
    }

    private static int OpenOne(ServiceConfig service, ListenAddress address, bool isFirst)
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
            Require(SocketCalls.Bind(fd, address.Endpoint, v6), service, address);
            if (isFirst) Require(SocketOptions.ReusePort(fd), service, address);
            if (!datagrams) Require(SocketCalls.Listen(fd, service.Backlog), service, address);
            return fd;
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
