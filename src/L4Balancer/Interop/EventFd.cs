namespace L4Balancer.Interop;

/// <summary>
/// An eventfd(2) that wakes a loop. It is registered edge-triggered and never read: every write is an edge, and 2^64 of
/// them are not reached.
/// </summary>
internal sealed unsafe class EventFd : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;

    /// <exception cref="IOException">The process is out of descriptors.</exception>
    public EventFd()
    {
        SyscallResult created = Libc.Result(Libc.eventfd(0, NonBlockingCloseOnExec));
        if (created.IsError) throw new IOException($"eventfd: {Errnos.Text(created.Error)}");

        Fd = created.Value;
    }

    public int Fd { get; }

    /// <summary>Wakes the loop. Any thread.</summary>
    public void Signal()
    {
        ulong one = 1;
        _ = Libc.write(Fd, &one, sizeof(ulong));
    }

    public void Dispose() => SocketCalls.Close(Fd);
}
