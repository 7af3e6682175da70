using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon;

/// <summary>The real process <c>l4balancer</c>, as it comes out of the build.</summary>
internal sealed class DaemonProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private DaemonProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it with arguments and, beyond those of the test, environment variables.</summary>
    public static DaemonProcess Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(TestContext.CurrentContext.TestDirectory, "l4balancer.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new DaemonProcess(start);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using DaemonProcess process = Start(arguments);
        int exitCode = await process.EndAsync();
        return (exitCode, string.Join('\n', process.Output), string.Join('\n', process.Errors));
    }

    /// <summary>Runs it with a configuration until the log says that it is ready.</summary>
    public static async Task<DaemonProcess> ServeAsync(
        string config, string says = "L4Balancer: ready", params (string Name, string Value)[] environment)
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, config);
        DaemonProcess process = Start(["run", "--config", path], environment);
        await process.SaysAsync(says);
        File.Delete(path);
        return process;
    }

    /// <summary>A port of the loopback address that was free a moment ago.</summary>
    public static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until a line of either output contains a text.</summary>
    public Task SaysAsync(string text) => Eventually.TrueAsync(
        () =>
        {
            bool hasExited = HasExited; // Read first, or its last words could be missed.
            bool hasSaid = _errors.Concat(_output).Any(line => line.Contains(text, StringComparison.Ordinal));
            if (!hasSaid && hasExited) Assert.Fail($"ended without '{text}': {string.Join('\n', _errors)}");
            return hasSaid;
        },
        $"'{text}'");

    /// <summary>Sends a signal by its name without SIG.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start(
            "kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().Within();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!HasExited) _process.Kill();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }
}
