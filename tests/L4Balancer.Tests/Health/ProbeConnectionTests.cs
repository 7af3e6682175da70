using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>How a probe's connection begins, as its server sees it.</summary>
public sealed class ProbeConnectionTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    [TestCase("127.0.0.1", ProxyProtocol.V1)]
    [TestCase("127.0.0.1", ProxyProtocol.V2)]
    [TestCase("::1", ProxyProtocol.V1)]
    [TestCase("::1", ProxyProtocol.V2)]
    public async Task Open_WithAHeader_ServerGetsItFirst(string address, ProxyProtocol version)
    {
        using TestServer server = new(IPAddress.Parse(address));
        using Socket probe = await ProbeConnection.OpenAsync(
            Target(server.EndPoint, new HealthConfig { ProxyProtocol = version }), CancellationToken.None);
        using Socket seen = await server.AcceptAsync();
        string family = seen.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        (int from, int to) = (((IPEndPoint)seen.RemoteEndPoint!).Port, server.EndPoint.Port);
        byte[] expected = version == ProxyProtocol.V1
            ? System.Text.Encoding.ASCII.GetBytes($"PROXY {family} {address} {address} {from} {to}\r\n")
            : Convert.FromHexString("0d0a0d0a000d0a515549540a20000000");
        Assert.That(await seen.ReceiveExactlyAsync(expected.Length), Is.EqualTo(expected));

        await probe.SendTextAsync("x");
        Assert.That(await seen.ReceiveTextAsync(1), Is.EqualTo("x"), "and nothing between");
    }

    [Test]
    public async Task Open_WithASource_ServerSeesIt()
    {
        using TestServer server = new();
        HealthConfig check = new() { Source = IpAddress.FromV4(0x7F000002) };
        using Socket probe = await ProbeConnection.OpenAsync(Target(server.EndPoint, check), CancellationToken.None);
        using Socket seen = await server.AcceptAsync();

        Assert.That(((IPEndPoint)seen.RemoteEndPoint!).Address.ToString(), Is.EqualTo("127.0.0.2"));
    }

    [Test]
    public async Task Run_SourceIsNoAddressOfThisHost_IsNoVerdict()
    {
        using TestServer server = new();
        HealthConfig check = new() { Source = IpAddress.FromV4(0xC0000201) };
        ProbeResult result = await TcpProbe.RunAsync(
            Target(server.EndPoint, check), TimeProvider.System, CancellationToken.None);

        Assert.That((result.IsVerdict, result.Text), Is.EqualTo(
            (false, "this host has no such address to probe from, or no port")));
    }

    [Test]
    public async Task Run_SourceIsOfTheOtherFamily_IsNoVerdictAndSaysSo(
        [Values(ProbeType.Tcp, ProbeType.Udp, ProbeType.Http)] ProbeType type)
    {
        HealthConfig check = new() { Type = type, Source = IpAddress.FromV4(0x7F000002) };
        ProbeResult result = await new ProbeRunner(TimeProvider.System).RunAsync(
            Target(new IPEndPoint(IPAddress.IPv6Loopback, 9), check), CancellationToken.None).Within();

        Assert.That((result.IsVerdict, result.Text), Is.EqualTo(
            (false, "from 'source' 127.0.0.2 no probe gets to ::1: one is IPv4 and the other IPv6")));
    }

    /// <summary>
    /// What the kernel does by chance where the port is one of those that it hands out: the socket's own port is where
    /// it connects to, and the two SYNs of one socket meet.
    /// </summary>
    [Test]
    public void Connect_ReachesItself_CountsAsRefused()
    {
        IPEndPoint nobody = TestServer.Closed();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(nobody);

        SocketException refused = Assert.ThrowsAsync<SocketException>(
            () => ProbeConnection.ConnectAsync(socket, Target(nobody, new HealthConfig()), CancellationToken.None));
        Assert.That(refused.SocketErrorCode, Is.EqualTo(SocketError.ConnectionRefused));
    }

    private static ProbeTarget Target(IPEndPoint endpoint, HealthConfig check) =>
        ProbeTargets.Of(endpoint, check, Timeout);
}
