using L4Balancer.Interop;

namespace L4Balancer.Bench.Interop;

/// <summary>
/// Ends an epoll wait at a given time, to the microsecond (timerfd_create(2)). epoll_wait(2) itself counts in
/// milliseconds, and the kernel lets the timeouts of a thread slip by 50 us (timer slack, prctl(2)); a timerfd has
/// neither. A thread that waits for it leaves the core to the others, as one that spins would not: they are measured on
/// it. It costs one system call each time it is set, no read: setting it again takes back what it has reported.
/// </summary>
internal sealed unsafe class Alarm : IDisposable
{
    private const int Monotonic = 1;                        // CLOCK_MONOTONIC, the clock of Stopwatch and ShardClock.
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    private const int Absolute = 1;                         // TFD_TIMER_ABSTIME
    private const long Second = 1_000_000_000;

    private readonly int _fd;
    private long _setTo;

    /// <summary>Registers it, edge-triggered.</summary>
    /// <param name="epoll">Whose waits it ends.</param>
    /// <param name="data">What the epoll then reports.</param>
    /// <exception cref="IOException">The process is out of descriptors.</exception>
    public Alarm(Epoll epoll, ulong data)
    {
        SyscallResult created = Libc.Result(LibcLoad.timerfd_create(Monotonic, NonBlockingCloseOnExec));
        if (created.IsError) throw new IOException($"timerfd_create: {Errnos.Text(created.Error)}");

        _fd = created.Value;
        epoll.Register(_fd, EpollEvents.In | EpollEvents.EdgeTriggered, data);
    }

    /// <summary>Sets the time, in nanoseconds of the monotonic clock; a time that has passed rings at once.</summary>
    public void Set(long time)
    {
        if (time == _setTo) return;

        _setTo = time;
        TimerSetting setting = new() { Seconds = time / Second, Nanoseconds = time % Second };
        _ = LibcLoad.timerfd_settime(_fd, Absolute, &setting, null);
    }

    public void Dispose() => SocketCalls.Close(_fd);
}
