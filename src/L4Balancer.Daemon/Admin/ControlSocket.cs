using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Interop;

namespace L4Balancer.Daemon.Admin;

/// <summary>Why a unix socket cannot be opened, for the operator.</summary>
/// <param name="reason">To be read after the path.</param>
/// <param name="answers">Another process answers there.</param>
internal sealed class ControlSocketException(string reason, bool answers = false) : Exception(reason)
{
    /// <summary>Another process answers there.</summary>
    public bool Answers => answers;
}

/// <summary>
/// The listening unix socket of the admin side. It is made under a name of its own and renamed over the path once it
/// listens, so that there is no moment without a socket, and what a crashed daemon has left is no obstacle.
/// </summary>
internal sealed class ControlSocket
{
    private const int Backlog = 128;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly FileIdentity? _identity;

    private readonly string _temporary;

    private ControlSocket(string path, string temporary, Socket listening)
    {
        Path = path;
        Listening = listening;
        _temporary = temporary;
        _identity = FileIdentity.Of(temporary);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The socket; it listens. Its owner closes it.</summary>
    public Socket Listening { get; }

    /// <summary>Opens the socket, for its owner and group (mode 0660).</summary>
    /// <param name="path">Where; not longer than <see cref="SocketPath.MostBytes"/>.</param>
    /// <param name="takesOver">
    /// It takes the place of a process that still answers there, and stays aside until <see cref="Publish"/>.
    /// </param>
    /// <exception cref="ControlSocketException">It cannot be opened.</exception>
    public static ControlSocket Open(string path, bool takesOver)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
        string temporary = System.IO.Path.Combine(
            folder, string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId:x}"));
        int bytes = Math.Max(Encoding.UTF8.GetByteCount(path), Encoding.UTF8.GetByteCount(temporary));
        if (bytes > SocketPath.MostBytes)
        {
            throw new ControlSocketException(
                $"is too long: {bytes} bytes, and at most {SocketPath.MostBytes} are possible");
        }

        if (!Directory.Exists(folder)) throw new ControlSocketException($"is in {folder}, which is no directory");
        if (FileIdentity.Of(path) is { IsSocket: false })
        {
            throw new ControlSocketException("is there and is not a socket; nothing is put in its place");
        }

        if (!takesOver && WhoAnswers(path) is { } process)
        {
            throw new ControlSocketException($"is where process {process} answers", answers: true);
        }

        ControlSocket opened = new(path, temporary, Listen(temporary));
        if (!takesOver) opened.Publish();
        return opened;
    }

    /// <summary>Puts the socket in its place.</summary>
    /// <exception cref="ControlSocketException">That is not possible; the socket is closed.</exception>
    public void Publish()
    {
        try
        {
            File.Move(_temporary, Path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Listening.Dispose();
            throw new ControlSocketException($"cannot be made: {failure.Message}");
        }
    }

    /// <summary>Removes the path where it still leads to this socket, and not to one that took its place.</summary>
    public void RemovePath()
    {
        foreach (string path in new[] { Path, _temporary })
        {
            if (_identity is { } own && FileIdentity.Of(path) == own) File.Delete(path);
        }
    }

    private static Socket Listen(string temporary)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(temporary); // Of an earlier process of this number.
            socket.Bind(new UnixDomainSocketEndPoint(temporary));
            File.SetUnixFileMode(temporary, OwnerAndGroup);
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            bool isDenied = failure is UnauthorizedAccessException or SocketException
            {
                SocketErrorCode: SocketError.AccessDenied,
            };
            throw new ControlSocketException(isDenied
                ? $"cannot be made: user {Environment.UserName} may not write to the directory"
                : $"cannot be made: {failure.Message}");
        }
    }

    /// <summary>The process that listens at a path; null where nobody does.</summary>
    private static int? WhoAnswers(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException failure) when (failure.SocketErrorCode != SocketError.WouldBlock)
        {
            return null; // Nobody, or nobody who would answer.
        }
        catch (SocketException)
        {
            return 0; // Its queue is full: it lives.
        }

        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return MemoryMarshal.Read<int>(credentials);
    }
}
