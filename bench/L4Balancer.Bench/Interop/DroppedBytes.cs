using L4Balancer.Interop;

namespace L4Balancer.Bench.Interop;

/// <summary>Receives by dropping: the kernel frees what has come and copies nothing (MSG_TRUNC, tcp(7)).</summary>
internal static unsafe class DroppedBytes
{
    private const int Truncate = 0x20; // MSG_TRUNC
    private const int MostAtOnce = 1 << 30;

    /// <summary>Drops all that has come.</summary>
    /// <returns>How many bytes; 0 at the end of the stream.</returns>
    public static SyscallResult Receive(int fd)
    {
        SyscallResult dropped;
        do
        {
            dropped = Libc.Result(Libc.recv(fd, null, MostAtOnce, Truncate));
        }
        while (dropped.Error == Errno.EINTR);
        return dropped;
    }
}
