using System.Net;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Servers that echo, a configuration file, and the daemons that follow each other on it.</summary>
internal sealed class UpgradeRig : IAsyncDisposable
{
    private readonly TestServer[] _servers = [.. Enumerable.Range(0, 4).Select(static _ => TestServer.Echo())];
    private readonly List<ChildProcess> _daemons = [];

    public UpgradeRig() => Write(Service("web", Port));

    /// <summary>The folder of the file and the admin socket.</summary>
    public TempFolder Folder { get; } = new();

    /// <summary>The service's port.</summary>
    public int Port { get; } = UnusedPort.Next();

    public int AdminPort { get; } = UnusedPort.Next();

    /// <summary>Where clients connect to.</summary>
    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    /// <summary>The configuration file.</summary>
    public string Config => Folder["l4balancer.toml"];

    /// <summary>The admin side over the unix socket.</summary>
    public AdminCaller Control => AdminCaller.Over(Folder["admin.sock"]);

    /// <summary>A service in front of the servers.</summary>
    public string Service(string name, int port, string more = "") =>
        $"""

        [service.{name}]
        listen = "127.0.0.1:{port}"
        backends = [{string.Join(", ", _servers.Select(static server => $"\"{server.EndPoint}\""))}]
        {more}
        """;

    /// <summary>Writes the configuration file.</summary>
    public void Write(params string[] services) => File.WriteAllText(
        Config,
        $"""
        [global]
        shards = 2
        shutdown_drain = "60s"
        [admin]
        listen = "127.0.0.1:{AdminPort}"
        socket = "{Folder["admin.sock"]}"
        {string.Concat(services)}
        """);

    /// <summary>Starts a daemon and waits until it says that it serves, or fails where it ends instead.</summary>
    public async Task<ChildProcess> StartAsync(params string[] arguments)
    {
        ChildProcess daemon = Launch(arguments);
        await ReadyAsync(daemon);
        return daemon;
    }

    /// <summary>Waits until a daemon says that it serves, or fails where it ends instead.</summary>
    public static async Task ReadyAsync(ChildProcess daemon)
    {
        await Eventually.TrueAsync(() => daemon.HasExited || Says(daemon, " ready"), "ready");
        Assert.That(daemon.HasExited, Is.False, string.Join('\n', daemon.Errors));
    }

    /// <summary>Starts a daemon.</summary>
    public ChildProcess Launch(params string[] arguments) => Launch(Config, arguments);

    /// <summary>Starts a daemon with another file.</summary>
    public ChildProcess Launch(string config, string[] arguments)
    {
        ChildProcess daemon = ChildProcess.Start(
            DaemonProgram.FullPath, ["run", "--config", config, .. arguments], DaemonProgram.Runtime,
            ("NOTIFY_SOCKET", ""));
        _daemons.Add(daemon);
        return daemon;
    }

    /// <summary>Has a daemon that something else has started end with the rest.</summary>
    public ChildProcess Add(ChildProcess daemon)
    {
        _daemons.Add(daemon);
        return daemon;
    }

    /// <summary>It has logged a line with this text.</summary>
    public static bool Says(ChildProcess daemon, string text) =>
        daemon.Errors.Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until it has logged a line with this text.</summary>
    public static Task SaysAsync(ChildProcess daemon, string text) =>
        Eventually.TrueAsync(() => Says(daemon, text), $"log: {text}");

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess daemon in _daemons)
        {
            TestContext.Out.WriteLine(string.Join('\n', [$"daemon {daemon.Id}:", .. daemon.Errors]));
            await daemon.DisposeAsync();
        }

        Array.ForEach(_servers, static server => server.Dispose());
        Folder.Dispose();
    }
}
