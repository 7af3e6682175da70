namespace L4Balancer.Interop;

/// <summary>
/// Gives descriptors to another process over a unix socket, and takes them from one (sendmsg(2), recvmsg(2), SCM_RIGHTS
/// of unix(7)). What is passed is a duplicate: both processes then hold the same open socket.
/// </summary>
internal static unsafe class DescriptorPassing
{
    /// <summary>Most descriptors of one message; the kernel's own bound is 253 (SCM_MAX_FD).</summary>
    public const int MaxDescriptors = 200;

    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int CloseOnExec = 0x4000_0000; // MSG_CMSG_CLOEXEC
    private const int ControlTruncated = 0x8; // MSG_CTRUNC

    // Room for the most descriptors, and for the sender's credentials where the socket asks for those.
    private static readonly int ControlBytes = ControlMessages.DescriptorBytes(MaxDescriptors) + 64;

    /// <summary>Sends bytes, at least one, and descriptors with them. They stay open here too.</summary>
    /// <param name="socket">A connected unix socket, stream or datagram.</param>
    /// <param name="bytes">
    /// The message. Of a stream, fewer may be sent; the descriptors go with the first of them.
    /// </param>
    /// <param name="descriptors">At most <see cref="MaxDescriptors"/>.</param>
    /// <returns>Bytes sent.</returns>
    public static SyscallResult Send(int socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors);
        byte* control = stackalloc byte[ControlBytes];
        fixed (byte* start = bytes)
        {
            IoVector vector = new() { Start = start, Length = (nuint)bytes.Length };
            MessageHeader message = new() { Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                message.Control = control;
                message.ControlLength = (nuint)ControlMessages.WriteDescriptors(control, descriptors);
            }

            SyscallResult sent;
            do
            {
                sent = Libc.Result(Libc.sendmsg(socket, &message, NoSignal));
            }
            while (sent.Error == Errno.EINTR);
            return sent;
        }
    }

    /// <summary>Receives bytes and the descriptors with them, which are closed on exec.</summary>
    /// <param name="socket">A unix socket.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="descriptors">Where the descriptors are added; the caller closes them.</param>
    /// <returns>
    /// Bytes received, 0 at the end of a stream. EMSGSIZE where not all descriptors could be taken, because they were
    /// more than <see cref="MaxDescriptors"/> or than this process may hold: those that came are closed again.
    /// </returns>
    public static SyscallResult Receive(int socket, Span<byte> buffer, List<int> descriptors)
    {
        byte* control = stackalloc byte[ControlBytes];
        fixed (byte* start = buffer)
        {
            IoVector vector = new() { Start = start, Length = (nuint)buffer.Length };
            MessageHeader message = new() { Vectors = &vector, VectorCount = 1, Control = control };
            SyscallResult received;
            do
            {
                message.ControlLength = (nuint)ControlBytes;
                received = Libc.Result(Libc.recvmsg(socket, &message, CloseOnExec));
            }
            while (received.Error == Errno.EINTR);
            if (received.IsError) return received;

            int known = descriptors.Count;
            ControlMessages.ReadDescriptors(control, message.ControlLength, descriptors);
            if (((int)message.Flags & ControlTruncated) == 0) return received;

            descriptors[known..].ForEach(SocketCalls.Close);
            descriptors.RemoveRange(known, descriptors.Count - known);
            return SyscallResult.Failure(Errno.EMSGSIZE);
        }
    }
}
