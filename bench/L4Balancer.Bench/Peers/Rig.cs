using System.Globalization;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers;

/// <summary>
/// What every workload works with: the options, the programs it started, ports, a directory for files.
/// </summary>
internal sealed class Rig : IDisposable
{
    private int _files;
    private volatile bool _disposed;

    public Rig(PeersOptions options, string benchDirectory)
    {
        Options = options;
        TemplateDirectory = Path.Combine(benchDirectory, "peers");
        // Workers of nginx are another user, who must be able to enter it.
        File.SetUnixFileMode(
            Directory,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute
            | UnixFileMode.OtherExecute);
    }

    public PeersOptions Options { get; }

    public Children Children { get; } = new();

    public FreePorts Ports { get; } = new();

    /// <summary>Where the configurations are kept before they are filled in.</summary>
    public string TemplateDirectory { get; }

    /// <summary>Files of this run; it is removed at the end.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("l4balancer-peers-").FullName;

    /// <summary>The load generators are commands of this very program.</summary>
    public string LoadProgram { get; } =
        Environment.ProcessPath ?? throw new MeasurementException("this program has no file");

    /// <summary>How long a counted turn of an ordinary workload measures.</summary>
    public int TurnSeconds => Options.Quick ? 1 : 2;

    /// <summary>Descriptors that a process may have.</summary>
    public int Descriptors { get; } = ReadDescriptorLimit();

    /// <summary>A directory for one started program.</summary>
    public string NewDirectory(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this); // A signal has removed it already.
        return System.IO.Directory.CreateDirectory(
            Path.Combine(Directory, $"{name}-{Interlocked.Increment(ref _files)}")).FullName;
    }

    /// <summary>Tells whoever watches how far it is.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);

    public void Dispose()
    {
        _disposed = true;
        Children.Dispose();
        if (System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static int ReadDescriptorLimit()
    {
        const string Name = "Max open files";
        string line = File.ReadLines("/proc/self/limits").First(
            static line => line.StartsWith(Name, StringComparison.Ordinal));
        string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, CultureInfo.InvariantCulture, out int limit) ? limit : int.MaxValue;
    }
}
