using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon;

/// <summary>The real process <c>l4balancer</c> with a command line, and what it says.</summary>
internal sealed class DaemonCommand : IDisposable
{
    private readonly ChildProcess _child;

    private DaemonCommand(ChildProcess child) => _child = child;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyCollection<string> Output => _child.Output;

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyCollection<string> Errors => _child.Errors;

    public bool HasExited => _child.HasExited;

    /// <summary>Starts it with arguments and, beyond those of the test, environment variables.</summary>
    public static DaemonCommand Start(string[] arguments, params (string Name, string Value)[] environment) =>
        new(ChildProcess.Start(DaemonProgram.FullPath, arguments, [DaemonProgram.Runtime, .. environment]));

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        RunAsync(DaemonProgram.FullPath, arguments);

    /// <summary>
    /// Runs it to its end without the right to read every file, which root has and users have not.
    /// </summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunUnprivilegedAsync(params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess) return RunAsync(arguments);

        const string ReadEverything = "-dac_override,-dac_read_search";
        return RunAsync(
            RealProgram.Find("setpriv"), [$"--bounding-set={ReadEverything}", DaemonProgram.FullPath, .. arguments]);
    }

    /// <summary>Runs it with a configuration until the log says that it is ready.</summary>
    public static async Task<DaemonCommand> ServeAsync(
        string config, string says = "L4Balancer: ready", params (string Name, string Value)[] environment)
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, config);
        DaemonCommand command = Start(["run", "--config", path], environment);
        await command.SaysAsync(says);
        File.Delete(path);
        return command;
    }

    /// <summary>Waits until a line of either output contains a text.</summary>
    public async Task SaysAsync(string text)
    {
        await Eventually.TrueAsync(() => HasSaid() || HasExited, $"'{text}'");
        if (HasSaid()) return;

        await _child.ExitAsync(); // Its last words may still be on their way.
        Assert.That(HasSaid(), Is.True, $"ended without '{text}': {string.Join('\n', Errors)}");

        bool HasSaid() => Errors.Concat(Output).Any(line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => _child.Signal(signal);

    /// <summary>Waits for its end and gives its exit code.</summary>
    public Task<int> EndAsync() => _child.ExitAsync();

    public void Dispose() => _child.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, string[] arguments)
    {
        await using ChildProcess child = ChildProcess.Start(program, arguments, DaemonProgram.Runtime);
        int exitCode = await child.ExitAsync();
        return (exitCode, string.Join('\n', child.Output), string.Join('\n', child.Errors));
    }
}
