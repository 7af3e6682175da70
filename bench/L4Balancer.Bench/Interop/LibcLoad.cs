using System.Runtime.InteropServices;

namespace L4Balancer.Bench.Interop;

/// <summary>The C library's functions that the TCP loads need beside the library's, under their own names.</summary>
internal static unsafe partial class LibcLoad
{
    private const string Library = "libc";

    [LibraryImport(Library)]
    internal static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Library)]
    internal static partial int timerfd_settime(int fd, int flags, TimerSetting* setting, TimerSetting* before);
}

/// <summary>A <c>struct itimerspec</c> of a 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimerSetting
{
    internal long IntervalSeconds;
    internal long IntervalNanoseconds;
    internal long Seconds;
    internal long Nanoseconds;
}
