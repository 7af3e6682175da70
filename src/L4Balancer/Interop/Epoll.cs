using System.Runtime.InteropServices;

namespace L4Balancer.Interop;

/// <summary>What epoll(7) reports of a descriptor.</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    In = 0x001,
    Priority = 0x002,
    Out = 0x004,
    Error = 0x008,
    HangUp = 0x010,
    ReadHangUp = 0x2000,
    EdgeTriggered = 1u << 31,
}

/// <summary>One epoll instance with the batch of events of its last wait. One thread's.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1; // EPOLL_CTL_ADD
    private const int Delete = 2; // EPOLL_CTL_DEL

    // struct epoll_event is packed on x86-64 alone (sys/epoll.h).
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventBytes - sizeof(ulong);

    private readonly int _fd;
    private readonly int _capacity;
    private readonly byte* _batch;

    /// <summary>Opens an instance whose waits return at most <paramref name="capacity"/> events.</summary>
    /// <exception cref="IOException">The process is out of descriptors.</exception>
    public Epoll(int capacity)
    {
        SyscallResult created = Libc.Result(Libc.epoll_create1(CloseOnExec));
        if (created.IsError) throw new IOException($"epoll_create1: {Errnos.Text(created.Error)}");

        _fd = created.Value;
        _capacity = capacity;
        _batch = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)EventBytes);
    }

    /// <summary>Registers a descriptor for good; closing it ends the registration.</summary>
    public SyscallResult Register(int fd, EpollEvents events, ulong data)
    {
        byte* registration = stackalloc byte[16];
        *(uint*)registration = (uint)events;
        *(ulong*)(registration + DataOffset) = data;
        return Libc.Result(Libc.epoll_ctl(_fd, Add, fd, registration));
    }

    /// <summary>
    /// Ends a registration. Needed before the close of a descriptor that another process holds too: the registration
    /// is the open socket's (epoll(7)), and would go on to report what nobody here can take.
    /// </summary>
    public void Remove(int fd) => _ = Libc.epoll_ctl(_fd, Delete, fd, null);

    /// <summary>Waits for events. A negative time waits without end, 0 not at all.</summary>
    /// <returns>Number of events in the batch; 0 also where a signal ended the wait.</returns>
    public int Wait(int timeoutMilliseconds) =>
        Count(Libc.Result(Libc.epoll_wait(_fd, _batch, _capacity, timeoutMilliseconds)));

    /// <summary>As a wait of 0, for who asks again and again: collections of garbage wait for its end.</summary>
    public int Look() => Count(Libc.Result(Libc.epoll_wait_now(_fd, _batch, _capacity, 0)));

    /// <summary>An event of the last batch.</summary>
    public EpollEvents Event(int index, out ulong data)
    {
        byte* entry = _batch + (index * EventBytes);
        data = *(ulong*)(entry + DataOffset);
        return (EpollEvents)(*(uint*)entry);
    }

    private static int Count(SyscallResult events)
    {
        if (events.IsError && events.Error != Errno.EINTR)
        {
            throw new IOException($"epoll_wait: {Errnos.Text(events.Error)}");
        }

        return events.Value;
    }

    public void Dispose()
    {
        SocketCalls.Close(_fd);
        NativeMemory.Free(_batch);
    }
}
