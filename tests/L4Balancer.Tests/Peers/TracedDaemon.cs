using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// A daemon with one shard whose system calls strace writes down, each before the thread goes on: what a client has
/// seen the daemon do is in the list.
/// </summary>
internal sealed class TracedDaemon : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly string _prefix;

    private TracedDaemon(TempFolder folder, DaemonProcess daemon)
    {
        _folder = folder;
        Daemon = daemon;

        // Each line begins with the thread's number.
        string shard = Directory.GetDirectories($"/proc/{daemon.Child.Id}/task")
            .Single(static thread => File.ReadAllText(Path.Combine(thread, "comm")) == "shard-0\n");
        _prefix = Path.GetFileName(shard) + " ";
    }

    public DaemonProcess Daemon { get; }

    /// <summary>Starts it.</summary>
    /// <param name="file">The configuration, with one shard.</param>
    /// <param name="calls">Which calls are written down, as strace's <c>trace=</c> wants them.</param>
    public static async Task<TracedDaemon> StartAsync(DaemonFile file, string calls)
    {
        TempFolder folder = new();

        // As a grandchild, so that the daemon is this process's own child.
        DaemonProcess daemon = await DaemonProcess.StartAsync(
            file,
            [
                RealProgram.Find("strace"), "-D", "-f", "-qq", "-s", "0", "-o", folder["trace"], "--seccomp-bpf",
                "-e", $"trace={calls}", "-e", "signal=none",
            ]);
        return new TracedDaemon(folder, daemon);
    }

    /// <summary>
    /// The calls of the shard's thread so far, in order. One that another thread's came in between is written as two
    /// lines, of which the first counts.
    /// </summary>
    public IReadOnlyList<string> Calls()
    {
        using FileStream file = new(
            _folder["trace"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file);
        return
        [
            .. reader.ReadToEnd().Split('\n')
                .Where(line => line.StartsWith(_prefix, StringComparison.Ordinal))
                .Select(line => line[_prefix.Length..].TrimStart())
                .Where(static call => !call.StartsWith('<')),
        ];
    }

    /// <summary>A call's name and the descriptor it is about.</summary>
    public static (string Name, int Descriptor) Parse(string call)
    {
        string[] parts = call.Split('(', ',', ')', ' ', '=');
        return (parts[0], int.TryParse(parts[1], out int number) ? number : -1);
    }

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        _folder.Dispose();
    }
}
