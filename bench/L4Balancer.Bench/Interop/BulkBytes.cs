using L4Balancer.Interop;

namespace L4Balancer.Bench.Interop;

/// <summary>
/// Bytes in bulk that no processor touches: they are sent from the pages of a file in memory (sendfile(2)) and received
/// by being dropped (MSG_TRUNC, tcp(7)). Measured on one core without a balancer: see <c>bulk-load</c>.
/// </summary>
internal sealed unsafe class BulkBytes : IDisposable
{
    private const int CloseOnExec = 1; // MFD_CLOEXEC
    private const int DropAll = 0x20;  // MSG_TRUNC
    private const int MostAtOnce = 1 << 30;

    private readonly int _file;
    private readonly int _bytes;

    /// <param name="bytes">As many are sent with one call.</param>
    /// <exception cref="IOException">There is no room for them.</exception>
    public BulkBytes(int bytes)
    {
        fixed (byte* name = "bulk\0"u8)
        {
            _file = Check(Libc.Result(LibcLoad.memfd_create(name, CloseOnExec)));
        }

        _bytes = bytes;
        Check(Libc.Result(LibcLoad.ftruncate(_file, bytes)));
    }

    /// <summary>Sends as much as the kernel takes at once.</summary>
    public SyscallResult Send(int fd)
    {
        SyscallResult sent;
        do
        {
            long offset = 0;
            sent = Libc.Result(LibcLoad.sendfile(fd, _file, &offset, (nuint)_bytes));
        }
        while (sent.Error == Errno.EINTR);
        return sent;
    }

    /// <summary>Drops all that has come.</summary>
    /// <returns>How many bytes; 0 at the end of the stream.</returns>
    public static SyscallResult Drop(int fd)
    {
        SyscallResult dropped;
        do
        {
            dropped = Libc.Result(Libc.recv(fd, null, MostAtOnce, DropAll));
        }
        while (dropped.Error == Errno.EINTR);
        return dropped;
    }

    public void Dispose() => SocketCalls.Close(_file);

    private static int Check(SyscallResult result) =>
        result.IsError ? throw new IOException($"file in memory: {Errnos.Text(result.Error)}") : result.Value;
}
