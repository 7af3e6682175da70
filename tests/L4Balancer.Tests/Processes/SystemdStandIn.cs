using System.Globalization;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Interop;
using NUnit.Framework;

namespace L4Balancer.Tests.Processes;

/// <summary>
/// systemd as a service sees it: a notification socket, and a descriptor store whose content it passes to the service's
/// next process (sd_notify(3), sd_listen_fds(3), FileDescriptorStoreMax= in systemd.service(5)).
/// </summary>
internal sealed class SystemdStandIn : IAsyncDisposable
{
    private const int Room = 100;
    private const int DuplicateDescriptor = 0; // F_DUPFD
    private const int FirstDuplicate = 1000; // Above all that a service is passed.

    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _messages = [];
    private readonly List<(string Name, int Fd)> _store = [];
    private readonly Lock _lock = new();
    private readonly Task _receiving;
    private volatile bool _ends;

    public SystemdStandIn()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(_folder["notify"]));
        _receiving = Task.Factory.StartNew(
            ReceiveLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>What the service said, a datagram each.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_lock) return [.. _messages];
        }
    }

    /// <summary>The names of what is kept.</summary>
    public IReadOnlyList<string> Stored
    {
        get
        {
            lock (_lock) return [.. _store.Select(static one => one.Name)];
        }
    }

    /// <summary>Keeps a descriptor as a socket unit's, which the service is passed too.</summary>
    public void Listen(string name, Socket socket)
    {
        int own = Libc.fcntl((int)socket.Handle, DuplicateDescriptor, FirstDuplicate);
        lock (_lock) _store.Add((name, own));
    }

    /// <summary>Starts a process of the service, and waits until it is ready.</summary>
    public async Task<ChildProcess> StartAsync(string config)
    {
        int before = Count("READY=1");
        ChildProcess child = Launch(config);
        using CancellationTokenSource patience = new(ReadyPatience);
        while (Count("READY=1") == before && !child.HasExited && !patience.IsCancellationRequested)
        {
            await Task.Delay(1, CancellationToken.None);
        }

        string errors = string.Join('\n', child.Errors);
        Assert.That(Count("READY=1"), Is.GreaterThan(before), $"the daemon is not ready: {errors}");
        return child;
    }

    /// <summary>Starts a process of the service.</summary>
    public ChildProcess Launch(string config)
    {
        (string Name, int Fd)[] passed;
        lock (_lock) passed = [.. _store.Select(static one => (one.Name, Duplicate(one.Fd)))];

        // A shell can give descriptors the numbers that the protocol wants, and becomes the daemon.
        StringBuilder script = new();
        for (int i = 0; i < passed.Length; i++)
        {
            script.Append(CultureInfo.InvariantCulture, $"exec {3 + i}<&{passed[i].Fd} {passed[i].Fd}<&-; ");
        }

        script.Append("LISTEN_PID=$$ exec \"$0\" \"$@\"");
        ChildProcess child = ChildProcess.Start(
            "/bin/bash", ["-c", script.ToString(), DaemonProgram.FullPath, "run", "--config", config],
            DaemonProgram.Runtime, ("NOTIFY_SOCKET", _folder["notify"]), ("FDSTORE", $"{Room}"),
            ("LISTEN_FDS", $"{passed.Length}"),
            ("LISTEN_FDNAMES", string.Join(':', passed.Select(static one => one.Name))));
        foreach ((_, int fd) in passed) SocketCalls.Close(fd);
        return child;
    }

    public async ValueTask DisposeAsync()
    {
        _ends = true;
        await _receiving;
        _socket.Dispose();
        _store.ForEach(static one => SocketCalls.Close(one.Fd));
        _folder.Dispose();
    }

    private int Count(string line)
    {
        lock (_lock) return _messages.Count(message => message.Split('\n').Contains(line));
    }

    private static int Duplicate(int fd) => Libc.fcntl(fd, DuplicateDescriptor, FirstDuplicate);

    private void ReceiveLoop()
    {
        byte[] buffer = new byte[4096];
        while (!_ends)
        {
            if (!_socket.Poll(10_000, SelectMode.SelectRead)) continue;

            List<int> descriptors = [];
            SyscallResult received = DescriptorPassing.Receive((int)_socket.Handle, buffer, descriptors);
            string message = Encoding.UTF8.GetString(buffer, 0, received.Value);
            lock (_lock)
            {
                TakeIn(message.Split('\n'), descriptors);
                _messages.Add(message);
            }
        }
    }

    private void TakeIn(string[] lines, List<int> descriptors)
    {
        string name = lines.FirstOrDefault(static line => line.StartsWith("FDNAME=", StringComparison.Ordinal)) ?? "";
        if (name.Length > 0) name = name["FDNAME=".Length..];
        if (lines.Contains("FDSTOREREMOVE=1"))
        {
            foreach ((_, int fd) in _store.Where(one => one.Name == name)) SocketCalls.Close(fd);
            _store.RemoveAll(one => one.Name == name);
        }

        foreach (int fd in descriptors)
        {
            bool isKept = lines.Contains("FDSTORE=1") && _store.Count < Room
                && !_store.Exists(one => Identity(one.Fd) == Identity(fd));
            if (isKept) _store.Add((name, fd));
            else SocketCalls.Close(fd);
        }
    }

    /// <summary><c>socket:[12345]</c>: the same for duplicates.</summary>
    private static string? Identity(int fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget;
}
