namespace L4Balancer.Interop;

/// <summary>pipe2(2) and splice(2).</summary>
internal static unsafe class PipeCalls
{
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    private const int SetPipeSize = 1031; // F_SETPIPE_SZ
    private const int GetPipeSize = 1032; // F_GETPIPE_SZ
    private const uint MoveNonBlocking = 1 | 2; // SPLICE_F_MOVE | SPLICE_F_NONBLOCK

    /// <summary>Opens a non-blocking pipe, closed on exec.</summary>
    public static SyscallResult Open(out int readEnd, out int writeEnd)
    {
        int* ends = stackalloc int[2];
        SyscallResult opened = Libc.Result(Libc.pipe2(ends, NonBlockingCloseOnExec));
        (readEnd, writeEnd) = (ends[0], ends[1]);
        return opened;
    }

    /// <summary>Reads what there is, without waiting.</summary>
    /// <returns>Bytes read, 0 at the end, EAGAIN where there is nothing yet.</returns>
    public static SyscallResult Read(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer) return Libc.Result(Libc.read(fd, start, (nuint)buffer.Length));
    }

    /// <summary>Asks for a capacity. The kernel may refuse (fs.pipe-max-size, fs.pipe-user-pages-soft).</summary>
    /// <returns>The capacity in force, in bytes.</returns>
    public static int Resize(int fd, int bytes)
    {
        _ = Libc.fcntl(fd, SetPipeSize, bytes);
        return Libc.Result(Libc.fcntl(fd, GetPipeSize, 0)).Value;
    }

    /// <summary>Moves up to <paramref name="length"/> bytes inside the kernel. One end must be a pipe.</summary>
    /// <returns>Bytes moved, 0 at end of stream, or the errno of the failure. Never EINTR.</returns>
    public static SyscallResult Splice(int source, int target, int length)
    {
        SyscallResult moved;
        do
        {
            moved = Libc.Result(Libc.splice(source, null, target, null, (nuint)length, MoveNonBlocking));
        }
        while (moved.Error == Errno.EINTR);
        return moved;
    }
}
