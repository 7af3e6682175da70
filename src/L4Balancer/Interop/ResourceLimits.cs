namespace L4Balancer.Interop;

/// <summary>getrlimit(2).</summary>
internal static unsafe class ResourceLimits
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    /// <summary>
    /// Descriptors this process may hold. The runtime has raised the soft limit to the hard one at its start.
    /// </summary>
    public static int MaxDescriptors()
    {
        ulong* softAndHard = stackalloc ulong[2];
        SyscallResult result = Libc.Result(Libc.getrlimit(OpenFiles, softAndHard));
        return result.IsError ? 1024 : (int)Math.Min(softAndHard[0], int.MaxValue);
    }
}
