using System.Net.Sockets;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>What a client does between its accept and the connect to a server.</summary>
public sealed class DialTests
{
    [Test]
    public async Task Dial_ClientHasOnlyEndedItsStream_ServerSeesItWithoutDelay()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        Socket client;
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            client = await balancer.ConnectAsync();
            client.Shutdown(SocketShutdown.Send);
        }

        using Socket own = client;
        long start = Environment.TickCount64;
        using Socket accepted = await server.AcceptAsync();
        Assert.That(await accepted.ReceiveToEndAsync(), Is.Empty);
        Assert.That(Environment.TickCount64 - start, Is.LessThan(150));
        await accepted.SendTextAsync("late");
        Assert.That(await client.ReceiveTextAsync(4), Is.EqualTo("late"));
    }

    [Test]
    public async Task Dial_ClientSendsAndResetsBeforeTheDial_NothingIsDialled()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 1);
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0]))
        {
            Socket client = await balancer.ConnectAsync();
            await client.SendTextAsync("gone");
            client.Reset();
        }

        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.ClientAbortConnect));
        Assert.That(server.HasWaiting, Is.False);
    }

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
