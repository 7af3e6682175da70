using L4Balancer.Interop;

namespace L4Balancer.Health;

/// <summary>
/// A program under way. What it starts belongs to its process group, which is ended with it: only a process that has
/// made itself a session of its own (setsid(2)), as a daemon does, goes on. One user at a time.
/// </summary>
/// <remarks>
/// Its end is asked for, every millisecond at first and every 20 later: the framework's own processes can be put into
/// no group, and nothing that it has can wait for a pidfd.
/// </remarks>
internal sealed class RunningProgram : IDisposable
{
    private const int MostOutput = 4096;
    private const int NotOpen = -1;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _output = new byte[MostOutput];
    private int _count;
    private int _readEnd = NotOpen;
    private int _program;

    /// <summary>The beginning of what it has written.</summary>
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _count);

    /// <summary>Starts it. Once.</summary>
    /// <returns>Why it could not be started.</returns>
    public Errno Start(IReadOnlyList<string> command, IReadOnlyList<string> environment)
    {
        if (PipeCalls.Open(out _readEnd, out int writeEnd) is { IsError: true } failed)
        {
            _readEnd = NotOpen;
            return failed.Error;
        }

        SyscallResult started = Programs.Start(command, environment, writeEnd);
        SocketCalls.Close(writeEnd);
        _program = started.Value;
        return started.Error;
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public async Task<ProgramEnd> EndAsync(CancellationToken deadline)
    {
        for (TimeSpan pause = FirstPause; !Programs.HasEnded(_program); pause = Longer(pause))
        {
            Read();
            await Task.Delay(pause, deadline);
        }

        Read();
        return EndGroup();
    }

    /// <summary>Ends what is still running.</summary>
    public void Dispose()
    {
        if (_readEnd != NotOpen) SocketCalls.Close(_readEnd);
        _readEnd = NotOpen;
        if (_program == 0) return;

        // A killed process takes a moment to end, and one in the midst of a broken disk's call may take long.
        int program = _program;
        Programs.KillGroup(program);
        _program = 0;
        if (Programs.HasEnded(program)) Programs.Reap(program);
        else _ = ReapLaterAsync(program);
    }

    private static async Task ReapLaterAsync(int program)
    {
        for (TimeSpan pause = FirstPause; !Programs.HasEnded(program); pause = Longer(pause)) await Task.Delay(pause);
        Programs.Reap(program);
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    /// <summary>Takes what it has written, so that it never waits for a reader; most of it is dropped.</summary>
    private void Read()
    {
        const int MostReads = 64; // Of a program that writes faster than that is read; the next turn goes on.
        Span<byte> dropped = stackalloc byte[MostOutput];
        for (int i = 0; i < MostReads; i++)
        {
            Span<byte> room = _count < MostOutput ? _output.AsSpan(_count) : dropped;
            SyscallResult read = PipeCalls.Read(_readEnd, room);
            if (read.Value == 0) return;
            if (_count < MostOutput) _count += read.Value;
        }
    }

    /// <summary>It has ended; what it left behind in its group ends too.</summary>
    private ProgramEnd EndGroup()
    {
        int program = _program;
        Programs.KillGroup(program);
        _program = 0;
        return Programs.Reap(program);
    }
}
