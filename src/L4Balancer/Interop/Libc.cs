using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace L4Balancer.Interop;

/// <summary>
/// The C library's functions under their own names. All parameters are blittable and errno is read by
/// <see cref="Result"/>, so a call costs what the kernel costs.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    // __NR_recvfrom and __NR_sendto (asm/unistd_64.h, asm-generic/unistd.h).
    private static readonly nint ReceiveNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 45 : 207;
    private static readonly nint SendNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 44 : 206;

    /// <summary>Turns a return value into a result. Must follow the call at once, since it reads errno.</summary>
    public static SyscallResult Result(nint returned) => returned >= 0
        ? SyscallResult.Success(returned)
        : SyscallResult.Failure((Errno)Marshal.GetLastSystemError());

    [LibraryImport(Library)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library)]
    internal static partial int bind(int fd, byte* address, uint length);

    [LibraryImport(Library)]
    internal static partial int listen(int fd, int backlog);

    [LibraryImport(Library)]
    internal static partial int accept4(int fd, byte* address, uint* length, int flags);

    [LibraryImport(Library)]
    internal static partial int connect(int fd, byte* address, uint length);

    [LibraryImport(Library)]
    internal static partial int getsockname(int fd, byte* address, uint* length);

    [LibraryImport(Library)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library)]
    internal static partial int getsockopt(int fd, int level, int name, void* value, uint* length);

    [LibraryImport(Library)]
    internal static partial int recvmmsg(int fd, MessageHeader* messages, uint count, int flags, void* timeout);

    [LibraryImport(Library)]
    internal static partial int sendmmsg(int fd, MessageHeader* messages, uint count, int flags);

    [LibraryImport(Library)]
    internal static partial nint sendmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport(Library)]
    internal static partial nint recvmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport(Library)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Library)]
    internal static partial int close(int fd);

    [LibraryImport(Library)]
    internal static partial nint write(int fd, void* buffer, nuint length);

    [LibraryImport(Library)]
    internal static partial int statx(int folder, byte* path, int flags, uint mask, byte* stat);

    [LibraryImport(Library)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(Library)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* registration);

    [LibraryImport(Library)]
    internal static partial int epoll_wait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    /// <summary>For a time of 0 alone, which does not block: half a microsecond.</summary>
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = nameof(epoll_wait))]
    internal static partial int epoll_wait_now(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport(Library)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    internal static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library)]
    internal static partial nint splice(
        int source, long* sourceOffset, int target, long* targetOffset, nuint length, uint flags);

    internal static nint recv(int fd, byte* buffer, nuint length, int flags) =>
        syscall(ReceiveNumber, fd, buffer, length, flags, 0, 0);

    internal static nint send(int fd, byte* buffer, nuint length, int flags) =>
        syscall(SendNumber, fd, buffer, length, flags, 0, 0);

    /// <summary>
    /// The two calls that every round trip makes twice, by their numbers: the C library's own are cancellation points,
    /// for which it makes two more calls in a process of several threads. They never wait, so the collector can wait
    /// for them.
    /// </summary>
    [LibraryImport(Library)]
    [SuppressGCTransition]
    private static partial nint syscall(
        nint number, nint fd, byte* buffer, nuint length, nint flags, nint address, nint addressLength);

    [LibraryImport(Library)]
    internal static partial int getrlimit(int resource, ulong* softAndHard);

    [LibraryImport(Library)]
    internal static partial nint read(int fd, byte* buffer, nuint length);

    [LibraryImport(Library)]
    internal static partial int kill(int process, int signal);

    [LibraryImport(Library)]
    internal static partial int waitid(int kind, int id, byte* info, int options);

    [LibraryImport(Library)]
    internal static partial int waitpid(int process, int* status, int options);

    [LibraryImport(Library)]
    internal static partial int sigemptyset(byte* set);

    [LibraryImport(Library)]
    internal static partial int sigfillset(byte* set);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addopen(
        byte* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int newFd);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int from);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport(Library)]
    internal static partial int posix_spawn(
        int* process, byte* path, byte* actions, byte* attributes, nint* arguments, nint* environment);
}
