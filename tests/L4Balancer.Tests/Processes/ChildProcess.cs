using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace L4Balancer.Tests.Processes;

/// <summary>A program that a test started and ends, by its id. What it writes is kept.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task _reading;

    private ChildProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(
            ReadLinesAsync(process.StandardOutput, _output), ReadLinesAsync(process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Lines on standard error so far.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Completes when the process has ended.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>What the kernel says of the process.</summary>
    public ProcessView View => new(Id);

    /// <summary>Starts a program. Its standard input is empty.</summary>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ChildProcess(process);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to standard output; the test fails where it failed.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using ChildProcess child = Start(program, arguments);
        int code = await child.ExitAsync();
        string errors = string.Join('\n', child.Errors);
        Assert.That(code, Is.Zero, $"{program} {string.Join(' ', arguments)}: {errors}");
        return string.Join('\n', child.Output);
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => Assert.That(Kill(Id, signal), Is.Zero, $"signal {signal} to {Id}");

    /// <summary>Waits for the end and for the last of its output.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await Ended.WaitAsync(EndPatience);
        await _reading.WaitAsync(EndPatience);
        return _process.ExitCode;
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (!HasExited) _process.Kill();
        await Ended.WaitAsync(EndPatience);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static async Task ReadLinesAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line) lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
