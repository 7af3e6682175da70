using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Daemon.Systemd;

/// <summary>
/// Tells systemd what the service does, by the protocol of sd_notify(3): one datagram of lines <c>NAME=value</c> to the
/// socket that <c>NOTIFY_SOCKET</c> names. Does nothing where that is not set. Any thread; never blocks.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
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
