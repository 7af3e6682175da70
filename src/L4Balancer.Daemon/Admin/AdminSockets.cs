using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Daemon.Logging;
using L4Balancer.Interop;
using L4Balancer.Net;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The listening sockets of the admin side, made here rather than by the server, so that one can be inherited from a
/// process whose place this one takes, and handed on to the next.
/// </summary>
internal sealed class AdminSockets(AdminConfig config, ILogger logger)
{
    private const int Backlog = 512;

    private ControlSocket? _control;
    private volatile bool _isReleased;

    /// <summary>
    /// A listening TCP socket of an earlier process. It is used where it listens on <c>admin.listen</c>, otherwise
    /// closed. Set before <see cref="Open"/>.
    /// </summary>
    public Socket? Inherited { get; set; }

    /// <summary>This process takes the place of one that still answers on the unix socket.</summary>
    public bool TakesOver { get; set; }

    /// <summary>A successor has the sockets: this process is to answer no more.</summary>
    public event Action? Released;

    /// <summary>The TCP socket that is listened on; null where there is none.</summary>
    public Socket? TcpListening { get; private set; }

    /// <summary>The unix socket's path; null where there is none.</summary>
    public string? ControlPath => _control?.Path;

    /// <summary>Opens what is configured.</summary>
    /// <exception cref="BalancerStartException">An address or a path cannot be used.</exception>
    public void Open()
    {
        if (config.Listen is { } listen) TcpListening = Take(listen) ?? OpenTcp(listen);
        else Inherited?.Dispose();
        if (config.Socket is { } path) _control = OpenControl(path);
    }

    /// <summary>Puts the unix socket in its place, where that had to wait for a takeover.</summary>
    public void Publish() => _control?.Publish();

    /// <summary>Leaves the sockets to a successor that has them.</summary>
    public void Release()
    {
        // A close while the framework is in a call on a socket disconnects it first, but not one that others share,
        // which it tells by this flag.
        if (TcpListening is { } tcp) SocketCalls.KeepOnExec((int)tcp.Handle);
        _isReleased = true;
        Released?.Invoke();
    }

    /// <summary>The socket of an endpoint of the server.</summary>
    public Socket For(EndPoint endPoint) =>
        endPoint is UnixDomainSocketEndPoint ? _control!.Listening : TcpListening!;

    /// <summary>Removes the unix socket's path, if it is still this process's.</summary>
    public void RemovePath()
    {
        // A successor puts its own there at any moment now.
        if (!_isReleased) _control?.RemovePath();
    }

    /// <summary>Closes what the server has not taken over.</summary>
    public void Close()
    {
        RemovePath();
        TcpListening?.Dispose();
        _control?.Listening.Dispose();
    }

    private Socket? Take(IpEndpoint listen)
    {
        if (Inherited is not { } inherited) return null;
        if (inherited.LocalEndPoint is IPEndPoint bound && IpEndpoint.From(bound) == listen) return inherited;

        inherited.Dispose();
        return null;
    }

    private static Socket OpenTcp(IpEndpoint listen)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(listen.ToIPEndPoint());
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            throw new BalancerStartException(failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"admin.listen {listen} is in use; 'ss -ltnp' shows by whom. Choose another, or \"\" for none"
                : $"admin.listen {listen} cannot be opened: {failure.Message}");
        }
    }

    /// <summary>A path that nobody asked for may be missing: without the folder that a package makes it is.</summary>
    private ControlSocket? OpenControl(string path)
    {
        try
        {
            return ControlSocket.Open(path, TakesOver);
        }
        catch (ControlSocketException failure) when (failure.Answers)
        {
            TcpListening?.Dispose();
            throw new BalancerStartException(
                $"admin.socket {path} {failure.Message}; 'l4balancer run --takeover' takes its place without a "
                + "refused connection. For a second daemon choose another path, or \"\" for none");
        }
        catch (ControlSocketException failure) when (path == AdminConfig.DefaultSocket)
        {
            logger.ControlSocketMissing(path, failure.Message);
            return null;
        }
        catch (ControlSocketException failure)
        {
            TcpListening?.Dispose();
            throw new BalancerStartException(
                $"admin.socket {path} {failure.Message}. Choose another, or \"\" for none");
        }
    }
}
