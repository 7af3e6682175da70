using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The daemon as it is built, as a process of its own, with a configuration file of the test's.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder;
    private readonly ChildProcess _child;

    private DaemonProcess(DaemonFile file, TempFolder folder, ChildProcess child)
    {
        File = file;
        _folder = folder;
        _child = child;
    }

    /// <summary>Its configuration.</summary>
    public DaemonFile File { get; }

    /// <summary>Where clients connect to.</summary>
    public IPEndPoint Address => File.Address;

    /// <summary>Where its configuration file is.</summary>
    public string ConfigPath => _folder["l4balancer.toml"];

    /// <summary>Where its admin socket is.</summary>
    public string ControlPath => _folder["admin.sock"];

    /// <summary>The admin side over the unix socket.</summary>
    public AdminCaller Control => AdminCaller.Over(ControlPath);

    /// <summary>The admin side over TCP.</summary>
    public AdminCaller Reader => new(Connections(), $"http://127.0.0.1:{File.AdminPort}");

    /// <summary>The process itself.</summary>
    public ChildProcess Child => _child;

    /// <summary>What the kernel says of it.</summary>
    public ProcessView View => _child.View;

    /// <summary>Starts the daemon and waits until it has told systemd that it is ready.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="descriptors">RLIMIT_NOFILE; null leaves it as it is.</param>
    public static Task<DaemonProcess> StartAsync(DaemonFile file, int? descriptors = null) =>
        StartAsync(file, WithDescriptors(descriptors));

    /// <summary>Starts the daemon by a command that ends by becoming it.</summary>
    public static async Task<DaemonProcess> StartAsync(DaemonFile file, string[] by)
    {
        TempFolder folder = new();
        using NotifySocket notify = new(folder["notify"]);
        DaemonProcess daemon = new(file, folder, Launch(folder, file, by, notify.Path));

        using CancellationTokenSource patience = new(StartPatience);
        Task ready = notify.WaitForAsync("READY=1", patience.Token);
        await Task.WhenAny(ready, daemon._child.Ended);
        if (!ready.IsCompletedSuccessfully)
        {
            string errors = string.Join('\n', daemon._child.Errors);
            await daemon.DisposeAsync();
            Assert.Fail($"the daemon is not ready: {errors}");
        }

        return daemon;
    }

    /// <summary>Runs the daemon where it is expected not to start.</summary>
    /// <returns>Its exit code and what it wrote to standard error.</returns>
    public static async Task<(int ExitCode, string Errors)> FailAsync(DaemonFile file, int? descriptors = null)
    {
        using TempFolder folder = new();
        await using ChildProcess child = Launch(folder, file, WithDescriptors(descriptors), notifyPath: null);
        int code = await child.ExitAsync();
        return (code, string.Join('\n', child.Errors));
    }

    /// <summary>Ends it as a service manager does.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> TerminateAsync()
    {
        _child.Signal(ChildProcess.SigTerm);
        return _child.ExitAsync();
    }

    /// <summary>Puts another configuration into its file; a reload makes it read it.</summary>
    public void Rewrite(DaemonFile next) => System.IO.File.WriteAllText(ConfigPath, TextFor(_folder, next));

    /// <summary>The flow records printed so far.</summary>
    public IReadOnlyList<FlowLine> Flows() => [.. _child.Output.Select(FlowLine.Parse)];

    /// <summary>Waits for as many flow records.</summary>
    public async Task<IReadOnlyList<FlowLine>> FlowsAsync(int count)
    {
        await Eventually.TrueAsync(() => _child.Output.Count >= count, $"{count} flow records");
        return Flows();
    }

    /// <summary>Waits for a line of the log that has this text.</summary>
    public Task LoggedAsync(string text) => Eventually.TrueAsync(
        () => _child.Errors.Any(line => line.Contains(text, StringComparison.Ordinal)), $"log: {text}");

    /// <summary>A page of the admin side.</summary>
    public async Task<string> PageAsync(string path)
    {
        using HttpClient http = new(Connections());
        return await http.GetStringAsync($"http://127.0.0.1:{File.AdminPort}{path}").Within();
    }

    /// <summary>What it counts.</summary>
    public async Task<MetricsPage> MetricsAsync() => new(await PageAsync("/metrics"));

    /// <summary>The value of a series, named as it stands in the page, and summed where more begin alike.</summary>
    public async Task<double> MetricAsync(string series) => (await MetricsAsync())[series];

    public async ValueTask DisposeAsync()
    {
        // Shown where the test fails.
        string end = _child.HasExited ? $"ended by itself with exit code {await _child.ExitAsync()}" : "was ended";
        TestContext.Out.WriteLine(string.Join('\n', [.. _child.Errors, $"daemon {_child.Id} {end}"]));
        await _child.DisposeAsync();
        _folder.Dispose();
    }

    private static ChildProcess Launch(TempFolder folder, DaemonFile file, string[] by, string? notifyPath)
    {
        string config = folder["l4balancer.toml"];
        System.IO.File.WriteAllText(config, TextFor(folder, file));
        (string, string)[] environment = [DaemonProgram.Runtime, ("NOTIFY_SOCKET", notifyPath ?? "")];
        string[] command = [.. file.Network?.By ?? [], .. by, DaemonProgram.FullPath, "run", "--config", config];
        return ChildProcess.Start(command[0], command[1..], environment);
    }

    /// <summary>The configuration with an admin socket of the test's own.</summary>
    private static string TextFor(TempFolder folder, DaemonFile file) => file.Text.Replace(
        "[admin]\n", $"[admin]\nsocket = \"{folder["admin.sock"]}\"\n", StringComparison.Ordinal);

    /// <summary>Connections that are opened where the daemon runs.</summary>
    private SocketsHttpHandler Connections() => new()
    {
        ConnectCallback = async (target, cancellationToken) =>
        {
            Socket socket = File.Network is { } network ? network.Open(Open) : Open();
            await socket.ConnectAsync(IPAddress.Loopback, target.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static Socket Open() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static string[] WithDescriptors(int? limit) =>
        limit is null ? [] : ["/bin/bash", "-c", $"ulimit -n {limit}; exec \"$0\" \"$@\""];
}
