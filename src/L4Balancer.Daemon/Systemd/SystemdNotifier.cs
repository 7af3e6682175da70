using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Interop;

namespace L4Balancer.Daemon.Systemd;

/// <summary>
/// Tells systemd what the service does, by the protocol of sd_notify(3): one datagram of lines <c>NAME=value</c> to the
/// socket that <c>NOTIFY_SOCKET</c> names. Does nothing where that is not set. Any thread; never blocks but for <see
/// cref="Store"/>.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    /// <summary>Longest that storing waits for systemd to take a message.</summary>
    private static readonly TimeSpan StoreTime = TimeSpan.FromSeconds(2);

    private readonly UnixDomainSocketEndPoint? _address;
    private readonly Socket? _socket;

    /// <summary>
    /// Takes the value of <c>NOTIFY_SOCKET</c>: a path, or <c>@name</c> in the abstract namespace; null for none.
    /// </summary>
    public SystemdNotifier(string? notifySocket)
    {
        if (string.IsNullOrEmpty(notifySocket) || notifySocket[0] is not ('/' or '@')) return;

        _address = new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? $"\0{notifySocket[1..]}" : notifySocket);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>The service serves.</summary>
    public bool Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>The service reads its configuration again; <see cref="Ready"/> says when it has.</summary>
    public bool Reloading() => Send(string.Create(
        CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={(long)Stopwatch.GetElapsedTime(0).TotalMicroseconds}"));

    /// <summary>The service ends, which may take as long as it says.</summary>
    public bool Stopping(TimeSpan atMost, string status) => Send(string.Create(
        CultureInfo.InvariantCulture,
        $"STOPPING=1\nEXTEND_TIMEOUT_USEC={(long)atMost.TotalMicroseconds}\nSTATUS={status}"));

    /// <summary>What it does, for <c>systemctl status</c>.</summary>
    public bool Status(string status) => Send($"STATUS={status}");

    /// <summary>It is alive.</summary>
    public bool Watchdog() => Send("WATCHDOG=1");

    /// <summary>
    /// Has systemd keep duplicates of descriptors under one name, and pass them to the next process of the service.
    /// What it keeps already it does not keep twice. Without watching them: a listening socket never hangs up.
    /// </summary>
    /// <returns>False where systemd could not be told of all.</returns>
    public bool Store(string name, IReadOnlyList<int> descriptors)
    {
        if (_address is null) return true;
        byte[] lines = Encoding.UTF8.GetBytes($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0");
        try
        {
            // One that is connected and waits: descriptors that systemd has no room for now are not sent again.
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTimeout = (int)StoreTime.TotalMilliseconds;
            socket.Connect(_address);
            return descriptors.Chunk(DescriptorPassing.MaxDescriptors).All(
                chunk => !DescriptorPassing.Send((int)socket.Handle, lines, chunk).IsError);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Has systemd close what it keeps under a name.</summary>
    public bool Unstore(string name) => Send($"FDSTOREREMOVE=1\nFDNAME={name}");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    /// <returns>False where systemd could not be told: it listens no more, or its queue is full.</returns>
    private bool Send(string lines)
    {
        if (_socket is null) return true;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(lines), _address!);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
