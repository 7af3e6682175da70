using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace L4Balancer.Bench.Interop;

/// <summary>recvmmsg(2) and sendmmsg(2) under their own names.</summary>
internal static unsafe partial class LibcBatches
{
    private const string Library = "libc";

    [LibraryImport(Library)]
    internal static partial int recvmmsg(int fd, MultiMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport(Library)]
    internal static partial int sendmmsg(int fd, MultiMessage* messages, uint count, int flags);
}

/// <summary>A <c>struct mmsghdr</c> of a 64-bit Linux: a <c>struct msghdr</c>, then the bytes moved.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MultiMessage
{
    internal byte* Name;
    internal uint NameBytes;
    internal Vector* Vectors;
    internal nuint VectorCount;
    internal byte* Control;
    internal nuint ControlBytes;
    internal long Flags; // An int; the outer structure begins its next member on a multiple of 8.
    internal ulong Moved; // An unsigned int, and the padding of an array's element.
}

/// <summary>A <c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Vector
{
    internal byte* Start;
    internal nuint Bytes;
}
