namespace L4Balancer.Interop;

/// <summary>The socket options in use (socket(7), tcp(7), udp(7), ip(7), ipv6(7)).</summary>
internal static unsafe class SocketOptions
{
    private const int SocketLevel = 1;
    private const int TcpLevel = 6;
    private const int UdpLevel = 17;
    private const int IpLevel = 0;
    private const int Ipv6Level = 41;

    /// <summary>Bind although connections of an earlier process are in TIME_WAIT.</summary>
    public static SyscallResult ReuseAddress(int fd) => Set(fd, SocketLevel, 2, 1);

    /// <summary>
    /// Let further sockets of this user bind the same address; the kernel spreads connections over them.
    /// </summary>
    public static SyscallResult ReusePort(int fd) => Set(fd, SocketLevel, 15, 1);

    /// <summary>Send small segments at once. Accepted sockets inherit it from the listening socket.</summary>
    public static SyscallResult NoDelay(int fd) => Set(fd, TcpLevel, 1, 1);

    /// <summary>
    /// Urgent bytes stay in the stream instead of being taken out of it; inherited like <see cref="NoDelay"/>.
    /// </summary>
    public static SyscallResult UrgentInline(int fd) => Set(fd, SocketLevel, 10, 1);

    /// <summary>
    /// The handshake's last ACK of a coming connect waits for the first bytes, to leave with them (TCP_DEFER_ACCEPT on
    /// the side that connects; tcp_rcv_synsent_state_process in net/ipv4/tcp_input.c). Without bytes it leaves 200 ms
    /// later, and the server knows nothing of the connection before.
    /// </summary>
    public static SyscallResult AckWithFirstBytes(int fd) => Set(fd, TcpLevel, 9, 1);

    /// <summary>Whether an IPv6 socket refuses IPv4 clients.</summary>
    public static SyscallResult V6Only(int fd, bool only) => Set(fd, Ipv6Level, 26, only ? 1 : 0);

    /// <summary>Bind an address that the host does not have (yet).</summary>
    public static SyscallResult Freebind(int fd, bool v6) => v6 ? Set(fd, Ipv6Level, 78, 1) : Set(fd, IpLevel, 15, 1);

    /// <summary>
    /// Datagrams come with the local address that they were sent to (IP_PKTINFO, IPV6_RECVPKTINFO; of an IPv6 socket
    /// that takes both families as IPv4-mapped).
    /// </summary>
    public static SyscallResult ReceiveLocalAddress(int fd, bool v6) =>
        v6 ? Set(fd, Ipv6Level, 49, 1) : Set(fd, IpLevel, 8, 1);

    /// <summary>
    /// Asks for room for what waits to be received and to be sent, beyond net.core.rmem_max and wmem_max where the
    /// process may (CAP_NET_ADMIN), otherwise as much as they allow.
    /// </summary>
    public static void BufferBytes(int fd, int bytes)
    {
        if (Set(fd, SocketLevel, 33, bytes).IsError) _ = Set(fd, SocketLevel, 8, bytes);
        if (Set(fd, SocketLevel, 32, bytes).IsError) _ = Set(fd, SocketLevel, 7, bytes);
    }

    /// <summary>Gives a socket that nobody reads the least room that the kernel has.</summary>
    public static SyscallResult LeastReceiveBuffer(int fd) => Set(fd, SocketLevel, 8, 1);

    /// <summary>
    /// Datagrams that the kernel has dropped because a socket's buffer was full, since it was opened (SO_MEMINFO,
    /// SK_MEMINFO_DROPS); it wraps at 2^32.
    /// </summary>
    public static uint Drops(int fd)
    {
        const int Values = 9;
        const int DropsIndex = 8;
        uint* values = stackalloc uint[Values];
        uint length = sizeof(uint) * Values;
        SyscallResult result = Libc.Result(Libc.getsockopt(fd, SocketLevel, 55, values, &length));
        return result.IsError ? 0 : values[DropsIndex];
    }

    /// <summary>
    /// What is sent at once leaves as datagrams of so many bytes, the last may be shorter (UDP_SEGMENT, "GSO"). 0: as
    /// one.
    /// </summary>
    public static SyscallResult SegmentSize(int fd, int bytes) => Set(fd, UdpLevel, 103, bytes);

    /// <summary>
    /// Datagrams of one sender and one size may be received together, with their size as a control message (UDP_GRO).
    /// </summary>
    public static SyscallResult ReceiveTrains(int fd) => Set(fd, UdpLevel, 104, 1);

    /// <summary>
    /// The coming close discards what is unsent and resets the connection (SO_LINGER, on, 0 seconds).
    /// </summary>
    public static SyscallResult ResetOnClose(int fd)
    {
        int* linger = stackalloc int[2] { 1, 0 };
        return Libc.Result(Libc.setsockopt(fd, SocketLevel, 13, linger, sizeof(int) * 2));
    }

    /// <summary>The transport of an IP socket (SO_PROTOCOL): 6 is TCP, 17 UDP.</summary>
    public static SyscallResult Protocol(int fd) => Get(fd, SocketLevel, 38);

    /// <summary>The address family of a socket (SO_DOMAIN); ENOTSOCK where it is none.</summary>
    public static SyscallResult Family(int fd) => Get(fd, SocketLevel, 39);

    /// <summary>1 where a stream socket listens (SO_ACCEPTCONN).</summary>
    public static SyscallResult Listens(int fd) => Get(fd, SocketLevel, 30);

    /// <summary>1 where an IPv6 socket refuses IPv4 clients.</summary>
    public static SyscallResult IsV6Only(int fd) => Get(fd, Ipv6Level, 26);

    /// <summary>The error that waits on a socket, and clears it: how a non-blocking connect ended.</summary>
    public static Errno TakeError(int fd)
    {
        int error = 0;
        uint length = sizeof(int);
        SyscallResult result = Libc.Result(Libc.getsockopt(fd, SocketLevel, 4, &error, &length));
        return result.IsError ? result.Error : (Errno)error;
    }

    private static SyscallResult Get(int fd, int level, int name)
    {
        int value = 0;
        uint length = sizeof(int);
        SyscallResult result = Libc.Result(Libc.getsockopt(fd, level, name, &value, &length));
        return result.IsError ? result : SyscallResult.Success(value);
    }

    private static SyscallResult Set(int fd, int level, int name, int value) =>
        Libc.Result(Libc.setsockopt(fd, level, name, &value, sizeof(int)));
}
