using System.Runtime.InteropServices;
using System.Text;

namespace L4Balancer.Interop;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; 128 and the number of the signal that ended it, as shells have it.</param>
/// <param name="IsKnown">False where nobody can say: the process ignores SIGCHLD.</param>
internal readonly record struct ProgramEnd(int ExitCode, bool IsKnown);

/// <summary>
/// Starts programs, each in a session and process group of its own, and ends the whole group (posix_spawn(3),
/// waitid(2), kill(2)). A program that has ended keeps its number until it is reaped, so that a signal to its group
/// reaches nobody else.
/// </summary>
internal static unsafe class Programs
{
    private const int AttributeBytes = 512; // posix_spawnattr_t has 336.
    private const int ActionBytes = 256; // posix_spawn_file_actions_t has 80.
    private const int SignalSetBytes = 128;
    private const short OwnSessionAndSignals = 0x80 | 0x04 | 0x08; // SETSID | SETSIGDEF | SETSIGMASK
    private const int ReadWrite = 2; // O_RDWR
    private const int SetFlags = 4; // F_SETFL
    private const int ById = 1; // P_PID
    private const int NoHang = 1; // WNOHANG
    private const int Exited = 4; // WEXITED
    private const int NoWait = 0x0100_0000; // WNOWAIT: it stays to be reaped.
    private const int SignalInfoBytes = 128;
    private const int Kill = 9; // SIGKILL
    private const int FirstOfSignals = 128;

    /// <summary>
    /// Starts a program with an empty input. Takes about a millisecond, for which the calling thread waits.
    /// </summary>
    /// <param name="command">Its full path and its arguments.</param>
    /// <param name="environment">Its whole environment, each <c>NAME=value</c>.</param>
    /// <param name="output">Where its standard output and error go.</param>
    /// <returns>Its number, which <see cref="Reap"/> gives back, or why it could not be started.</returns>
    public static SyscallResult Start(IReadOnlyList<string> command, IReadOnlyList<string> environment, int output)
    {
        byte* attributes = stackalloc byte[AttributeBytes];
        byte* actions = stackalloc byte[ActionBytes];
        byte* signals = stackalloc byte[SignalSetBytes];
        nint[] arguments = Strings(command);
        nint[] variables = Strings(environment);
        int child = 0;
        int error;
        _ = Libc.fcntl(output, SetFlags, 0); // A program expects an output that takes everything.
        _ = Libc.posix_spawnattr_init(attributes);
        _ = Libc.posix_spawn_file_actions_init(actions);
        try
        {
            // Nothing of this process's own signals: the runtime ignores SIGPIPE.
            _ = Libc.sigemptyset(signals);
            _ = Libc.posix_spawnattr_setsigmask(attributes, signals);
            _ = Libc.sigfillset(signals);
            _ = Libc.posix_spawnattr_setsigdefault(attributes, signals);
            _ = Libc.posix_spawnattr_setflags(attributes, OwnSessionAndSignals);
            fixed (byte* nothing = "/dev/null\0"u8)
            fixed (nint* argv = arguments)
            fixed (nint* envp = variables)
            {
                error = Libc.posix_spawn_file_actions_addopen(actions, 0, nothing, ReadWrite, 0);
                if (error == 0) error = Libc.posix_spawn_file_actions_adddup2(actions, output, 1);
                if (error == 0) error = Libc.posix_spawn_file_actions_adddup2(actions, output, 2);
                if (error == 0) error = CloseOthers(actions);
                if (error == 0) error = Libc.posix_spawn(&child, (byte*)argv[0], actions, attributes, argv, envp);
            }
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            Free(arguments);
            Free(variables);
        }

        return error == 0 ? SyscallResult.Success(child) : SyscallResult.Failure((Errno)error);
    }

    /// <summary>It has ended, and waits to be reaped.</summary>
    public static bool HasEnded(int program)
    {
        byte* info = stackalloc byte[SignalInfoBytes];
        *(int*)info = 0; // si_signo stays 0 where there is nothing to tell.
        SyscallResult told = Libc.Result(Libc.waitid(ById, program, info, Exited | NoHang | NoWait));
        return told.IsError || *(int*)info != 0;
    }

    /// <summary>Ends it and all that it started, but what has left its group. Only before it is reaped.</summary>
    public static void KillGroup(int program) => _ = Libc.kill(-program, Kill);

    /// <summary>Takes the end of a program that has ended; its number means nothing from then on.</summary>
    public static ProgramEnd Reap(int program)
    {
        int status;
        if (Libc.Result(Libc.waitpid(program, &status, NoHang)).Value != program) return new ProgramEnd(0, false);

        // WIFEXITED and WEXITSTATUS, or WTERMSIG (sys/wait.h).
        int signal = status & 0x7F;
        return new ProgramEnd(signal == 0 ? (status >> 8) & 0xFF : FirstOfSignals + signal, true);
    }

    /// <summary>
    /// Closes all other descriptors of the child, those too that whoever started this process has left open.
    /// </summary>
    private static int CloseOthers(byte* actions)
    {
        const int FirstOfOthers = 3;
        try
        {
            return Libc.posix_spawn_file_actions_addclosefrom_np(actions, FirstOfOthers);
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // Before glibc 2.34 only this process's own are closed, by their being opened so.
        }
    }

    /// <summary>Strings of C, the last one followed by a null.</summary>
    private static nint[] Strings(IReadOnlyList<string> texts)
    {
        nint[] strings = new nint[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(texts[i]);
            byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(copy, bytes.Length));
            copy[bytes.Length] = 0;
            strings[i] = (nint)copy;
        }

        return strings;
    }

    private static void Free(nint[] strings)
    {
        foreach (nint copy in strings) NativeMemory.Free((void*)copy);
    }
}
