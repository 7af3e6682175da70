using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What a client does between its accept and the connect to a server.</summary>
public sealed class DialTests
{
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(65_537)]
    [TestCase(131_072)]
    public async Task Dial_ClientHasSentAllAndEnded_ServerGetsAllAndTheEnd(int bytes)
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        byte[] sent = new byte[bytes];
        new Random(bytes).NextBytes(sent);
        for (int i = 0; i < 50; i++)
        {
            using Socket client = await balancer.ConnectAsync();
            Task sending = client.SendAllAsync(sent);
            using Socket accepted = await server.AcceptAsync();
            _ = sending.ContinueWith(
                _ => client.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
            Assert.That((await accepted.ReceiveToEndAsync()).AsSpan().SequenceEqual(sent), Is.True);
        }
    }

    [Test]
    public async Task Dispose_SessionsAreBetweenAcceptAndDial_NothingIsLeft()
    {
        using TestServer server = new();
        for (int i = 0; i < 50; i++)
        {
            List<Socket> clients = [];
            await using (RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]))
            {
                for (int n = 0; n < 20; n++) clients.Add(await balancer.ConnectAsync());
            }

            foreach (Socket client in clients)
            {
                Assert.That(await client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
                client.Dispose();
            }
        }
    }
}
