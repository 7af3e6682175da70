using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Datagrams arrive as they were sent.</summary>
public sealed class UdpRelayTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(200)]
    [TestCase(1472)]
    [TestCase(1473)]
    [TestCase(9000)]
    [TestCase(65_507)]
    public async Task Relay_AnySize_BothWaysUnchanged(int size)
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await StartAsync(server);
        using Socket client = Connect(balancer);
        byte[] sent = new byte[size];
        new Random(size).NextBytes(sent);

        client.Send(sent);
        byte[] buffer = new byte[ushort.MaxValue + 1];
        int count = client.Receive(buffer);

        Assert.That(buffer[..count], Is.EqualTo(sent));
        Assert.That(server.Received.Single().Bytes, Is.EqualTo(sent));
    }

    private static Task<RunningBalancer> StartAsync(params UdpServer[] servers) => RunningBalancer.StartAsync(
        RunningBalancer.UdpService(servers.Select(static server => server.EndPoint)), new() { Shards = 2 });

    private static Socket Connect(RunningBalancer balancer)
    {
        Socket socket = new(balancer.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = 5000,
            SendBufferSize = 1 << 20,
        };
        socket.Connect(balancer.Address);
        return socket;
    }
}
