using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// A host with several addresses: a reply leaves by the one that the client wrote to. Clients' sockets are connected,
/// so they hear nothing from any other.
/// </summary>
public sealed class UdpAddressTests
{
    private const string Link = "l4b0";
    private const string Responses = "udp.responses = 1";

    private static readonly string[] V4 = ["10.99.0.1", "10.99.0.2", "10.99.7.1"];
    private static readonly string[] V6 = ["fd00:99::1", "fd00:99::2", "fe80::1%" + Link];

    [TestCase("0.0.0.0", "127.0.0.1", "127.0.0.2", "127.77.0.1")]
    [TestCase("*", "127.0.0.1", "127.77.0.1", "::1")]
    [TestCase("127.0.0.2", "127.0.0.2")]
    public async Task Reply_OnLoopback_ComesFromTheAddressThatWasAsked(string host, params string[] asked)
    {
        if (asked.Contains("::1") && !Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        using UdpServer server = UdpServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            new DaemonFile(server.EndPoint) { Protocol = "udp", Hosts = [host], Service = Responses });

        foreach (string address in asked)
        {
            using Socket client = new IPEndPoint(IPAddress.Parse(address), daemon.File.Port).ConnectUdp();
            Assert.That(client.Ask(address), Is.EqualTo(address));
        }

        await AssertLocalAsync(daemon, asked);
    }

    [TestCase("*")]
    [TestCase("0.0.0.0", "[::]")]
    [TestCase("10.99.0.1", "10.99.0.2", "10.99.7.1", "[fd00:99::1]", "[fd00:99::2]", "[fe80::1%l4b0]")]
    public Task Reply_OverALink_ComesFromTheAddressThatWasAsked(params string[] hosts) =>
        AssertAnswersAsync(hosts, [.. V4, .. V6]);

    [Test]
    public Task Reply_ListenerOfIpv4Alone_ComesFromTheAddressThatWasAsked() => AssertAnswersAsync(["0.0.0.0"], V4);

    [Test]
    public Task Reply_ListenerOfIpv6Alone_ComesFromTheAddressThatWasAsked() => AssertAnswersAsync(["[::]"], V6);

    /// <summary>
    /// A client on another host asks every address by one port: each is a flow of its own, and each is answered, more
    /// than once.
    /// </summary>
    private static async Task AssertAnswersAsync(string[] hosts, string[] asked)
    {
        await using NetworkNamespace network = await NetworkNamespace.CreateAsync();
        await using NetworkNamespace away = await NetworkNamespace.CreateAsync();
        await network.LinkAsync(away, Link);
        foreach (string address in (string[])[.. V4, .. V6]) await AddAsync(network, address);
        foreach (string address in (string[])["10.99.0.9", "10.99.7.9", "fd00:99::9", "fe80::9"])
        {
            await AddAsync(away, address);
        }

        using UdpServer server = network.Open(static () => UdpServer.Echo());
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            new DaemonFile(server.EndPoint)
            {
                Protocol = "udp",
                Hosts = hosts,
                Network = network,
                Service = Responses,
            });

        int port = UnusedPort.Next();
        foreach (string address in asked)
        {
            using Socket client = away.Open(() => Connect(IPAddress.Parse(address), daemon.File.Port, port));
            Assert.That(client.Ask($"to {address}"), Is.EqualTo($"to {address}"));
            Assert.That(client.Ask($"again to {address}"), Is.EqualTo($"again to {address}"));
        }

        await AssertLocalAsync(daemon, [.. asked, .. asked]);
        Assert.That(await daemon.MetricAsync("l4balancer_udp_datagrams_dropped_total"), Is.Zero);
    }

    private static Task AddAsync(NetworkNamespace network, string address)
    {
        string prefix = address.Contains(':', StringComparison.Ordinal) ? "/64" : "/24";
        return network.AddAddressAsync(Link, address.Split('%')[0] + prefix);
    }

    private static Socket Connect(IPAddress address, int port, int ownPort)
    {
        bool v4 = address.AddressFamily == AddressFamily.InterNetwork;
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(v4 ? IPAddress.Any : IPAddress.IPv6Any, ownPort));
        socket.Connect(new IPEndPoint(address, port));
        return socket;
    }

    /// <summary>The records name the address that each flow was sent to.</summary>
    private static async Task AssertLocalAsync(DaemonProcess daemon, string[] asked)
    {
        IReadOnlyList<FlowLine> flows = await daemon.FlowsAsync(asked.Length);
        Assert.That(
            flows.Select(static flow => Regex.Replace(flow.Fields["local"], "%[0-9]+", "")), // Without the interface.
            Is.EquivalentTo(asked.Select(address => Endpoint(address.Split('%')[0], daemon.File.Port))));
    }

    private static string Endpoint(string address, int port) =>
        address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
}
