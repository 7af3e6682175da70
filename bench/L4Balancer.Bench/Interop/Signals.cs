using System.Runtime.InteropServices;

namespace L4Balancer.Bench.Interop;

/// <summary>kill(2), since <see cref="System.Diagnostics.Process"/> can only kill.</summary>
internal static partial class Signals
{
    private const int TerminationSignal = 15; // SIGTERM

    /// <summary>Asks a process to end; one that has ended already is none's loss.</summary>
    public static void Terminate(int processId) => _ = kill(processId, TerminationSignal);

    [LibraryImport("libc")]
    private static partial int kill(int processId, int signal);
}
