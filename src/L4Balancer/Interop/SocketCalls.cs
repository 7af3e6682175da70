using L4Balancer.Net;

namespace L4Balancer.Interop;

/// <summary>socket(2), accept4(2), connect(2), recv(2), send(2) and their kin on plain descriptors.</summary>
internal static unsafe class SocketCalls
{
    public const int FamilyV4 = 2;
    public const int FamilyV6 = 10;

    private const int Stream = 1;
    private const int Datagram = 2;
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int GetStatusFlags = 3; // F_GETFL
    private const int SetStatusFlags = 4; // F_SETFL
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const int More = 0x8000; // MSG_MORE
    private const int PeekOnly = 0x2; // MSG_PEEK
    private const int ShutdownWrite = 1; // SHUT_WR

    /// <summary>Opens a non-blocking TCP socket, closed on exec.</summary>
    public static SyscallResult OpenTcp(bool v6) =>
        Libc.Result(Libc.socket(v6 ? FamilyV6 : FamilyV4, Stream | NonBlockingCloseOnExec, 0));

    /// <summary>Opens a non-blocking UDP socket, closed on exec.</summary>
    public static SyscallResult OpenUdp(bool v6) =>
        Libc.Result(Libc.socket(v6 ? FamilyV6 : FamilyV4, Datagram | NonBlockingCloseOnExec, 0));

    public static SyscallResult Bind(int fd, in IpEndpoint endpoint, bool v6)
    {
        int length = SockAddr.Write(out SockAddr address, endpoint, v6);
        return Libc.Result(Libc.bind(fd, (byte*)&address, (uint)length));
    }

    public static SyscallResult Listen(int fd, int backlog) => Libc.Result(Libc.listen(fd, backlog));

    /// <summary>Accepts one connection as a non-blocking descriptor, closed on exec.</summary>
    public static SyscallResult Accept(int listener, out IpEndpoint peer)
    {
        while (true)
        {
            SockAddr address = default;
            uint length = SockAddr.MaxBytes;
            SyscallResult accepted =
                Libc.Result(Libc.accept4(listener, (byte*)&address, &length, NonBlockingCloseOnExec));
            if (accepted.Error == Errno.EINTR) continue;

            peer = accepted.IsError ? default : SockAddr.Read(ref address);
            return accepted;
        }
    }

    /// <summary>Begins a connect; EINPROGRESS is the ordinary answer of a non-blocking socket.</summary>
    public static SyscallResult Connect(int fd, in IpEndpoint endpoint)
    {
        int length = SockAddr.Write(out SockAddr address, endpoint, asV6: false);
        SyscallResult connected = Libc.Result(Libc.connect(fd, (byte*)&address, (uint)length));

        // An interrupted connect goes on in the kernel (connect(2)), just as one that is in progress.
        return connected.Error == Errno.EINTR ? SyscallResult.Failure(Errno.EINPROGRESS) : connected;
    }

    /// <summary>The address a socket is bound to.</summary>
    public static SyscallResult LocalEndpoint(int fd, out IpEndpoint endpoint)
    {
        SockAddr address = default;
        uint length = SockAddr.MaxBytes;
        SyscallResult result = Libc.Result(Libc.getsockname(fd, (byte*)&address, &length));
        endpoint = result.IsError ? default : SockAddr.Read(ref address);
        return result;
    }

    /// <summary>Takes up to the buffer's length; 0 is the end of the stream.</summary>
    public static SyscallResult Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            SyscallResult received;
            do
            {
                received = Libc.Result(Libc.recv(fd, start, (nuint)buffer.Length, 0));
            }
            while (received.Error == Errno.EINTR);
            return received;
        }
    }

    /// <summary>
    /// Looks whether there is a byte to receive and leaves it there: 1, 0 at the end of the stream, or EAGAIN.
    /// </summary>
    public static SyscallResult Peek(int fd)
    {
        byte first;
        SyscallResult seen;
        do
        {
            seen = Libc.Result(Libc.recv(fd, &first, 1, PeekOnly));
        }
        while (seen.Error == Errno.EINTR);
        return seen;
    }

    /// <summary>Gives the kernel as much of the buffer as it takes at once.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="buffer">What is to be sent.</param>
    /// <param name="endFollows">
    /// The stream's end comes at once, so the kernel keeps the last segment back to send the FIN with it.
    /// </param>
    public static SyscallResult Send(int fd, ReadOnlySpan<byte> buffer, bool endFollows = false)
    {
        int flags = endFollows ? NoSignal | More : NoSignal;
        fixed (byte* start = buffer)
        {
            SyscallResult sent;
            do
            {
                sent = Libc.Result(Libc.send(fd, start, (nuint)buffer.Length, flags));
            }
            while (sent.Error == Errno.EINTR);
            return sent;
        }
    }

    /// <summary>Makes a descriptor that came from elsewhere as those that are opened here.</summary>
    public static SyscallResult MakeNonBlockingAndCloseOnExec(int fd)
    {
        SyscallResult closing = Libc.Result(Libc.fcntl(fd, SetDescriptorFlags, CloseOnExec));
        if (closing.IsError) return closing;

        SyscallResult flags = Libc.Result(Libc.fcntl(fd, GetStatusFlags, 0));
        return flags.IsError ? flags : Libc.Result(Libc.fcntl(fd, SetStatusFlags, flags.Value | NonBlocking));
    }

    /// <summary>Takes back that a descriptor is closed on exec.</summary>
    public static void KeepOnExec(int fd) => _ = Libc.fcntl(fd, SetDescriptorFlags, 0);

    /// <summary>Ends the stream towards the peer (FIN); receiving goes on.</summary>
    public static SyscallResult ShutdownSend(int fd) => Libc.Result(Libc.shutdown(fd, ShutdownWrite));

    /// <summary>
    /// Closes a descriptor. Not repeated after EINTR: Linux has released the number by then (close(2)).
    /// </summary>
    public static void Close(int fd) => _ = Libc.close(fd);
}
