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

    [LibraryImport(Library)]
    internal static partial int memfd_create(byte* name, uint flags);

    [LibraryImport(Library)]
    internal static partial int ftruncate(int fd, long length);

    [LibraryImport(Library)]
    internal static partial nint sendfile(int target, int source, long* offset, nuint length);
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
