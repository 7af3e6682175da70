using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Health;

/// <summary>
/// Opens the connection of a probe over a stream: from the source that is configured, and with the PROXY header that
/// the server wants before anything else.
/// </summary>
internal static class ProbeConnection
{
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24;

    /// <summary>Connects and sends the header.</summary>
    /// <exception cref="SocketException">It failed; <see cref="ProbeResult.Of"/> says what that means.</exception>
    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public static async Task<Socket> OpenAsync(ProbeTarget target, CancellationToken deadline)
    {
        Socket socket = new(target.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await ConnectAsync(socket, target, deadline);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="OpenAsync"/> with a socket that has options of its own.</summary>
    public static async Task ConnectAsync(Socket socket, ProbeTarget target, CancellationToken deadline)
    {
        if (target.Check.Source is { IsAny: false } source)
        {
            // The port is chosen at the connect, so that one suffices for many servers (ip(7)).
            socket.SetRawSocketOption(IpLevel, BindAddressNoPort, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(source.ToIPAddress(), 0));
        }

        await socket.ConnectAsync(target.Endpoint, deadline);
        IPEndPoint local = (IPEndPoint)socket.LocalEndPoint!;

        // Where nobody listens on a port of this host that the kernel hands out, the probe may be given that very port
        // and reach itself.
        if (local.Equals(socket.RemoteEndPoint)) throw new SocketException((int)SocketError.ConnectionRefused);

        ReadOnlyMemory<byte> header = target.Check.ProxyProtocol switch
        {
            _ when target.AsksAgent => default, // It is no part of the service.
            ProxyProtocol.V1 => ProxyHeader.V1(local, target.Endpoint),
            ProxyProtocol.V2 => ProxyHeader.V2Local,
            _ => default,
        };
        if (!header.IsEmpty) await socket.SendAsync(header, deadline);
    }
}
