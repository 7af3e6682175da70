using System.Diagnostics;
using System.Globalization;
using L4Balancer.Bench.Interop;
using L4Balancer.Bench.Load;

namespace L4Balancer.Bench.Peers.Machine;

/// <summary>
/// A program that was started on given cores and ends at the latest with this one: the kernel tells it when the thread
/// that started it ends, which therefore has to be the main thread.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const int EndSeconds = 5;
    private const int KeptErrors = 20;

    private readonly Process _process;
    private readonly Queue<string> _errors = new();

    private ChildProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>The name for messages.</summary>
    public string Name { get; }

    /// <summary>Its process id; setpriv and taskset become the program.</summary>
    public int Id => _process.Id;

    /// <summary>It has ended by itself.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it said last on its standard error, for messages.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return string.Join(" / ", _errors);
        }
    }

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(string cores, string name, IEnumerable<string> command)
    {
        ProcessStartInfo start = new("setpriv", ["--pdeathsig", "TERM", "taskset", "-c", cores, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ChildProcess(name, Process.Start(start) ?? throw new MeasurementException($"{name}: not started"));
    }

    /// <summary>The next line of its standard output, or null at the end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Reads on and throws away what it says, so that it is never held up by it.</summary>
    public void Ignore()
    {
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
    }

    /// <summary>Closes its standard input.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Its standard output to the end, which has to come by itself, as has an exit code of 0.</summary>
    /// <exception cref="MeasurementException">It failed.</exception>
    public string Finish()
    {
        string output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return _process.ExitCode == 0
            ? output
            : throw new MeasurementException(
                $"{Name} ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {Errors} "
                + output[^Math.Min(output.Length, 500)..].ReplaceLineEndings(" "));
    }

    /// <summary>CPU time so far.</summary>
    public ProcessTime Time() => ProcessTime.Read(Id);

    /// <summary>Ends it: asks, waits, and then does not ask.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signals.Terminate(Id);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(EndSeconds))) _process.Kill(entireProcessTree: true);
            _process.WaitForExit(TimeSpan.FromSeconds(EndSeconds));
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;

        lock (_errors)
        {
            _errors.Enqueue(line);
            if (_errors.Count > KeptErrors) _errors.Dequeue();
        }
    }
}
