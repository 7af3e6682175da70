using System.Net.Sockets;
using System.Net;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>IPv4 and IPv6 clients in front of IPv4 and IPv6 backends.</summary>
public sealed class AddressFamilyTests
{
    private string _curl = "";

    [OneTimeSetUp]
    public void RequireIpv6()
    {
        _curl = RealProgram.Find("curl");
        try
        {
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Assert.Ignore("this machine has no ::1");
        }
    }

    [TestCase("127.0.0.1", "127.0.0.1")]
    [TestCase("127.0.0.1", "::1")]
    [TestCase("[::1]", "127.0.0.1")]
    [TestCase("[::1]", "::1")]
    public async Task Listener_OfOneFamily_ServesThatFamilyAlone(string host, string backend)
    {
        bool v4 = !host.StartsWith('[');
        await using NginxServer nginx = await NginxServer.StartAsync(address: IPAddress.Parse(backend));
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Hosts = [host] });

        Assert.That(await CurlAsync(daemon, v4), Is.EqualTo(nginx.Name));
        Assert.That(ChildProcesses.Accepts(Loopback(daemon, !v4)), Is.False, "the other family");
    }

    [TestCase("*")]
    [TestCase("0.0.0.0", "[::]")]
    [TestCase("127.0.0.1", "[::1]")]
    public async Task Listeners_OfBothFamilies_ServeBothAndNameTheClientByItsOwn(params string[] hosts)
    {
        await using NginxServer first = await NginxServer.StartAsync();
        await using NginxServer second = await NginxServer.StartAsync(address: IPAddress.IPv6Loopback);
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(first.EndPoint, second.EndPoint) { Hosts = hosts });

        Assert.That(await CurlAsync(daemon, v4: true), Is.EqualTo("nginx"));
        Assert.That(await CurlAsync(daemon, v4: false), Is.EqualTo("nginx"));

        IReadOnlyList<FlowLine> flows = await daemon.FlowsAsync(2);
        Assert.That(
            flows.Select(static flow => flow.Client[..flow.Client.LastIndexOf(':')]),
            Is.EquivalentTo(new[] { "127.0.0.1", "[::1]" }));
    }

    private Task<string> CurlAsync(DaemonProcess daemon, bool v4) =>
        ChildProcess.RunAsync(_curl, v4 ? "-4" : "-6", "-sSf", $"http://{Loopback(daemon, v4)}/name");

    private static IPEndPoint Loopback(DaemonProcess daemon, bool v4) =>
        new(v4 ? IPAddress.Loopback : IPAddress.IPv6Loopback, daemon.File.Port);
}
