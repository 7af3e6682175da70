using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Where clients, daemon and server are: all on loopback, or one of them behind a link with an MTU of 1500.
/// </summary>
internal sealed class UdpPlace : IAsyncDisposable
{
    /// <summary>The daemon's address on the link.</summary>
    public const string Near = "10.99.0.1";

    private const string Far = "10.99.0.2";

    private readonly NetworkNamespace? _near;
    private readonly NetworkNamespace? _far;

    private UdpPlace(NetworkNamespace? near, NetworkNamespace? far) => (_near, _far) = (near, far);

    /// <summary>Everything here, over loopback.</summary>
    public static UdpPlace OnLoopback() => new(null, null);

    /// <summary>Two networks with a link between them.</summary>
    public static async Task<UdpPlace> BehindLinkAsync(string link)
    {
        NetworkNamespace near = await NetworkNamespace.CreateAsync();
        UdpPlace place = new(near, await NetworkNamespace.CreateAsync());
        await near.LinkAsync(place._far!, link);
        await near.AddAddressAsync(link, $"{Near}/24");
        await place._far!.AddAddressAsync(link, $"{Far}/24");
        return place;
    }

    /// <summary>A server at the other end of the link.</summary>
    public UdpServer Server(Action<Socket, byte[], EndPoint> serve) =>
        _far is null ? new UdpServer(serve) : _far.Open(() => new UdpServer(serve, IPAddress.Parse(Far)));

    /// <summary>A server at the daemon's end.</summary>
    public UdpServer ServerNearby(Action<Socket, byte[], EndPoint> serve) =>
        _near is null ? new UdpServer(serve) : _near.Open(() => new UdpServer(serve));

    /// <summary>A client at the daemon's end.</summary>
    public Socket Connect(IPEndPoint to) => Roomy(_near is null ? to.ConnectUdp() : _near.Open(to.ConnectUdp));

    /// <summary>A client at the other end of the link.</summary>
    public Socket ConnectFromAfar(IPEndPoint to) => Roomy(_far is null ? to.ConnectUdp() : _far.Open(to.ConnectUdp));

    /// <summary>The daemon in front of a server.</summary>
    public Task<DaemonProcess> StartAsync(UdpServer server, string host = "127.0.0.1") =>
        DaemonProcess.StartAsync(
            new DaemonFile(server.EndPoint) { Protocol = "udp", Network = _near, Hosts = [host] });

    public async ValueTask DisposeAsync()
    {
        if (_near is not null) await _near.DisposeAsync();
        if (_far is not null) await _far.DisposeAsync();
    }

    /// <summary>A train's replies wait in it all at once.</summary>
    private static Socket Roomy(Socket client)
    {
        client.ReceiveBufferSize = 1 << 20;
        return client;
    }
}
