using System.Runtime.InteropServices;

namespace L4Balancer.Interop;

/// <summary><c>struct iovec</c>: bytes somewhere in memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Start;
    public nuint Length;
}

/// <summary>
/// <c>struct mmsghdr</c> of recvmmsg(2) and sendmmsg(2) on a 64-bit machine: a <c>msghdr</c>, which recvmsg(2) and
/// sendmsg(2) take by itself, and how many bytes were moved.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public SockAddr* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public long Flags; // An int, and the padding that ends the msghdr.
    public uint Length;
}
