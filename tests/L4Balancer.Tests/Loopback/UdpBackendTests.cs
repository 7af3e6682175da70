using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Flows leave a backend that is gone, at once and alone.</summary>
public sealed class UdpBackendTests
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task Session_BackendGoneWhileClientKeepsSending_NextDatagramGoesToAnother(bool ejected)
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        using Socket bystander = balancer.ConnectUdpTo(other.EndPoint);
        for (int i = 0; i < 3; i++) Assert.That(client.RoundTrip("x"), Is.EqualTo("one"));
        Assert.That(bystander.RoundTrip("x"), Is.EqualTo("other"));
        IPEndPoint bystandersPort = other.Received.Last().Sender;

        TakeOut(balancer, one.EndPoint, ejected);
        Assert.That(client.RoundTrip("x"), Is.EqualTo("other"), "the very next one");
        FlowRecord record = await balancer.RecordAsync();
        Assert.That(
            (record.Reason, record.Backend, record.ClientDatagrams),
            Is.EqualTo((CloseReason.BackendDown, one.EndPoint.ToString(), 3L)));
        Assert.That(record.Flow, Is.EqualTo(client.FlowTo(balancer.Address)));

        Assert.That(bystander.RoundTrip("x"), Is.EqualTo("other"));
        Assert.That(other.Received.Last().Sender, Is.EqualTo(bystandersPort), "its session is the same");
    }

    [Test]
    public async Task Session_MovedAndItsFirstBackendIsBack_StaysWhereItIs()
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        client.RoundTrip("x");
        TakeOut(balancer, one.EndPoint, ejected: false);
        client.RoundTrip("x");
        balancer.Change(one.EndPoint, static backend => backend.SetHealth(BackendHealth.Up));

        for (int i = 0; i < 3; i++) Assert.That(client.RoundTrip("x"), Is.EqualTo("other"));
        using Socket fresh = balancer.ConnectUdpTo(one.EndPoint);
        Assert.That(fresh.RoundTrip("x"), Is.EqualTo("one"));
    }

    [Test]
    public async Task Session_BackendGoneAndBackBetweenTwoDatagrams_Stays()
    {
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        client.RoundTrip("x");
        TakeOut(balancer, one.EndPoint, ejected: false);
        balancer.Change(one.EndPoint, static backend => backend.SetHealth(BackendHealth.Up));

        Assert.That(client.RoundTrip("x"), Is.EqualTo("one"));
        Assert.That(one.Received.Select(static datagram => datagram.Sender).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Session_NoBackendIsLeft_DatagramsAreDroppedUntilOneIsBack()
    {
        using UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server]);
        using Socket client = balancer.ConnectUdp();
        using Socket late = balancer.ConnectUdp();
        client.RoundTrip("x");
        balancer.Change(server.EndPoint, static backend => backend.SetHealth(BackendHealth.Down));

        client.Send("x");
        late.Send("x");
        await balancer.CountsAsync(static one => one.Dropped(DatagramDrop.NoBackend), 2, "drops");
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.BackendDown));
        Assert.That(balancer.Balancer.ActiveConnections, Is.Zero);

        balancer.Change(server.EndPoint, static backend => backend.SetHealth(BackendHealth.Up));
        Assert.That(client.RoundTrip("again"), Is.EqualTo("again"));
        Assert.That(late.RoundTrip("again"), Is.EqualTo("again"));
    }

    [Test]
    public async Task Session_BackendRefuses_MovesToAnotherAndItIsCounted()
    {
        using UdpServer server = UdpServer.Echo();
        IPEndPoint closed = Closed();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint, closed]);
        using Socket client = balancer.ConnectUdpTo(closed);
        Assert.That(await client.AnswerAsync("x"), Is.EqualTo("x"));

        FlowRecord record = await balancer.RecordAsync();
        Assert.That((record.Reason, record.Backend), Is.EqualTo((CloseReason.ServerRefused, closed.ToString())));
        Assert.That(balancer.Counters(static one => one.Retries), Is.EqualTo(1));
        Backend refusing = balancer.Balancer.Pools[0].Pool.Backends.Single(one => one.Name == closed.ToString());
        Assert.That(refusing.ConnectErrorCount(ConnectError.Refused), Is.GreaterThanOrEqualTo(1));
        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task Session_BackendDiesWhileClientKeepsSending_MovesWithoutAProbe()
    {
        UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        Assert.That(client.RoundTrip("x"), Is.EqualTo("one"));
        one.Dispose();

        Assert.That(await client.AnswerAsync("x"), Is.EqualTo("other"));
        Assert.That((await balancer.RecordAsync()).Reason, Is.EqualTo(CloseReason.ServerRefused));
    }

    [Test]
    public async Task Ejection_FlowsAreRefusedInARow_BackendIsEjectedWithoutAProbe()
    {
        using UdpServer server = UdpServer.Echo();
        IPEndPoint closed = Closed();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server.EndPoint, closed],
            static service => service with { Pool = service.Pool with { Ejection = new() { Failures = 3 } } });
        Socket[] clients = [.. Enumerable.Range(0, 3).Select(_ => balancer.ConnectUdpTo(closed))];
        foreach (Socket client in clients) Assert.That(await client.AnswerAsync("x"), Is.EqualTo("x"));

        await Eventually.TrueAsync(
            () => balancer.Balancer.Backends.Single(one => one.Name == closed.ToString()).State == "ejected",
            "an ejection");
        await Eventually.TrueAsync(() => balancer.Balancer.Pools[0].Pool.Available == 1, "a publish");
        using Socket late = balancer.ConnectUdp();
        Assert.That(late.RoundTrip("at once"), Is.EqualTo("at once"));
        clients.DisposeAll();
    }

    [Test]
    public async Task Ejection_ARefusalNowAndThenAmongReplies_DoesNotEject()
    {
        using HandServer server = new();
        using UdpServer other = UdpServer.Silent();
        await using RunningBalancer balancer = await UdpClients.StartAsync(
            [server.EndPoint, other.EndPoint],
            static service => service with { Pool = service.Pool with { Ejection = new() { Failures = 2 } } });
        using Socket client = balancer.ConnectUdpTo(server.EndPoint);
        Backend backend = balancer.BackendOf(client)!;
        for (int i = 0; i < 10; i++)
        {
            balancer.Balancer.Pools[0].Ejector.Failed(backend); // As an ICMP of another flow's.
            client.Send("x");
            server.Take();
            server.Send("y");
            client.ReceiveText();
            await Eventually.TrueAsync(() => backend.CountFailure() == 1, "a forgotten failure");
            backend.ForgetFailures();
        }

        Assert.That(backend.IsEjected, Is.False);
    }

    [Test]
    public async Task Session_TheOnlyBackendRefuses_StaysAndGoesOnWhenItIsBack()
    {
        UdpServer server = UdpServer.Echo();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server]);
        using Socket client = balancer.ConnectUdp();
        client.RoundTrip("x");
        IPEndPoint port = server.Received.First().Sender;
        server.Dispose();
        Backend backend = balancer.Balancer.Pools[0].Pool.Backends[0];
        int sent = 1;
        await Eventually.TrueAsync(
            () =>
            {
                client.Send("lost");
                sent++;
                return backend.ConnectErrorCount(ConnectError.Refused) >= 3;
            },
            "refusals");
        await balancer.CountsAsync(
            static one => one.SentToServers + one.Dropped(DatagramDrop.ServerRefused), sent, "datagrams that are gone");

        using UdpServer again = UdpServer.Echo(port: server.EndPoint.Port);
        string answer = await client.AnswerAsync("back");
        while (answer == "lost") answer = client.ReceiveText(); // The last one may have come in time.
        Assert.That(answer, Is.EqualTo("back"));
        Assert.That(again.Received.First().Sender, Is.EqualTo(port));
        Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(1));
        Assert.That(balancer.Counters(static one => one.Retries), Is.Zero);
    }

    [Test]
    public async Task Session_ReplyFromAnotherPortOrAddressOfTheBackend_IsNotForwarded()
    {
        using HandServer server = new();
        using HandServer otherPort = new();
        using HandServer otherAddress = new(IPAddress.Parse("127.0.0.2"), server.EndPoint.Port);
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint]);
        using Socket client = balancer.ConnectUdp();
        client.Send("x");
        server.Take();
        otherPort.Send("forged", server.LastSender);
        otherAddress.Send("forged", server.LastSender);
        server.Send("genuine");

        Assert.That(client.ReceiveText(), Is.EqualTo("genuine"));
        Assert.That(balancer.Datagrams(static one => one.ReceivedFromServers), Is.EqualTo(1));
    }

    private static void TakeOut(RunningBalancer balancer, IPEndPoint backend, bool ejected) =>
        balancer.Change(backend, one =>
        {
            if (ejected) one.SetEjected(true);
            else one.SetHealth(BackendHealth.Down);
        });

    /// <summary>An address that nobody listens on.</summary>
    private static IPEndPoint Closed()
    {
        using HandServer server = new();
        return server.EndPoint;
    }
}
