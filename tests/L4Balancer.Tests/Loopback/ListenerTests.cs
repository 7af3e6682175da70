using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Addresses, limits and the spread over shards.</summary>
public sealed class ListenerTests
{
    private static readonly GlobalConfig TwoShards = new() { Shards = 2 };

    [Test]
    public async Task Listen_SecondBalancerOnTheSameAddress_FailsWithAddressInUse()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer first = await RunningBalancer.StartAsync([server.EndPoint], shards: 2);
        ServiceConfig same = RunningBalancer.Service([server.EndPoint]) with
        {
            Listen = [new ListenAddress(IpEndpoint.From(first.Address))],
        };
        await using Balancer second = new(new BalancerConfig { Services = [same] }, NullLoggerFactory.Instance);

        BalancerStartException? error =
            Assert.ThrowsAsync<BalancerStartException>(() => second.StartAsync(CancellationToken.None));
        Assert.That(error!.Message, Does.Contain("address already in use").And.Contain(first.Address.ToString()));

        using Socket client = await first.ConnectAsync();
        await client.SendTextAsync("x");
        Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
    }

    [Test]
    public void Listen_AddressOfAnotherHost_SaysSo()
    {
        ServiceConfig service = RunningBalancer.Service([TestServer.Closed()]) with
        {
            Listen = [new ListenAddress(IpEndpoint.From(IPEndPoint.Parse("192.0.2.1:80")))],
        };
        BalancerStartException? error = Assert.ThrowsAsync<BalancerStartException>(
            () => RunningBalancer.StartAsync(service, TwoShards));

        Assert.That(error!.Message, Does.Contain("192.0.2.1:80").And.Contain("freebind"));
    }

    [Test]
    public async Task Listen_AddressOfAnotherHostWithFreebind_IsBound()
    {
        ServiceConfig service = RunningBalancer.Service([TestServer.Closed()]) with
        {
            Listen = [new ListenAddress(IpEndpoint.From(IPEndPoint.Parse("192.0.2.1:0")))],
            Freebind = true,
        };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(service, TwoShards);

        Assert.That(balancer.Address.Port, Is.Not.Zero);
    }

    [Test]
    public async Task Listen_BothFamilies_BothAreServedAndIpv4HasIpv4Addresses()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        using TestServer server = TestServer.Echo();
        ServiceConfig service = RunningBalancer.Service([server.EndPoint]) with
        {
            Listen = [new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.IPv6Any, 0)), BothFamilies: true)],
        };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(service, TwoShards);
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using Socket client = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(address, balancer.Address.Port);
            await client.SendTextAsync("x");
            Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"));
        }

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(2);
        Assert.That(
            records.Select(static record => $"{record.Flow.Client.Address} {record.Flow.Local.Address}"),
            Is.EquivalentTo(["127.0.0.1 127.0.0.1", "::1 ::1"]));
    }

    [Test]
    public async Task Listen_Ipv6Only_LeavesIpv4Alone()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        using TestServer server = TestServer.Echo();
        ServiceConfig service = RunningBalancer.Service([server.EndPoint]) with
        {
            Listen = [new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.IPv6Any, 0)))],
        };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(service, TwoShards);
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // Not a TestServer, which would share the port.
        Assert.That(() => other.Bind(new IPEndPoint(IPAddress.Loopback, balancer.Address.Port)), Throws.Nothing);
    }

    [Test]
    public async Task Listen_SeveralAddresses_EachIsServed()
    {
        using TestServer server = TestServer.Echo();
        ListenAddress any = new(IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0)));
        ListenAddress other = new(IpEndpoint.From(IPEndPoint.Parse("127.0.0.2:0")));
        ServiceConfig service = RunningBalancer.Service([server.EndPoint]) with { Listen = [any, any, other] };
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(service, TwoShards);
        foreach (BoundListener listener in balancer.Balancer.Listeners)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listener.Endpoint.ToIPEndPoint());
            await client.SendTextAsync("x");
            Assert.That(await client.ReceiveTextAsync(1), Is.EqualTo("x"), listener.ToString());
        }
    }

    [Test]
    public async Task Limit_Reached_OthersWaitUntilASessionEnds()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            RunningBalancer.Service([server.EndPoint]), new GlobalConfig { Shards = 2, MaxConnections = 3 });
        await AssertLimitOfThreeAsync(balancer);
    }

    [Test]
    public async Task Limit_OfAServiceReached_OthersWaitUntilASessionEnds()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], static service => service with { MaxConnections = 3 });
        await AssertLimitOfThreeAsync(balancer);
    }

    [Test]
    public async Task Limit_ListenerThatIsWokenIsAtItsServicesOwn_PlaceGoesToAnother()
    {
        using TestServer server = TestServer.Echo();
        ServiceConfig own = RunningBalancer.Service([server.EndPoint]);
        ListenAddress any = own.Listen[0];
        ServiceConfig narrow = own with { Name = "narrow", Listen = [any, any], MaxConnections = 1 };
        BalancerConfig config = new()
        {
            Global = new GlobalConfig { Shards = 1, MaxConnections = 2 },
            Services = [narrow, own],
        };
        await using Balancer balancer = new(config, NullLoggerFactory.Instance);
        await balancer.StartAsync(CancellationToken.None);
        Task PausesAsync(int service, int count) => Eventually.TrueAsync(
            () => balancer.Services[service].Counters[0].Pauses(ListenerPause.Limit) == count,
            $"{count} pauses of {service}");
        async Task<Socket> ConnectAsync(int listener, string text)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(balancer.Listeners[listener].Endpoint.ToIPEndPoint());
            await socket.SendTextAsync(text);
            return socket;
        }

        using Socket first = await ConnectAsync(2, "1");
        using Socket second = await ConnectAsync(2, "2");
        await PausesAsync(1, 1);
        using Socket narrowFirst = await ConnectAsync(0, "a");
        await PausesAsync(0, 1);
        using Socket narrowSecond = await ConnectAsync(1, "b");
        await PausesAsync(0, 2);
        first.Dispose(); // Its place goes to the narrow service, which is at its own limit with that.
        Assert.That(await narrowFirst.ReceiveTextAsync(1), Is.EqualTo("a"));
        await PausesAsync(0, 3);

        using Socket third = await ConnectAsync(2, "3");
        await PausesAsync(1, 2);
        second.Dispose(); // Its place is offered to the narrow service first, which cannot take it.
        Assert.That(await third.ReceiveTextAsync(1), Is.EqualTo("3"));
    }

    [Test]
    public async Task Limit_ReachedAgainAndAgain_IsToldOnce()
    {
        using TestServer server = TestServer.Echo();
        ServiceConfig service = RunningBalancer.Service([server.EndPoint]);
        GlobalConfig global = new() { Shards = 1, MaxConnections = 1 };
        BalancerConfig config = new() { Global = global, Services = [service] };
        using CountingLoggers loggers = new();
        await using Balancer balancer = new(config, loggers);
        await balancer.StartAsync(CancellationToken.None);
        for (int i = 1; i <= 20; i++)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(balancer.Listeners[0].Endpoint.ToIPEndPoint());
            await client.SendTextAsync("x");
            await client.ReceiveTextAsync(1);
            await Eventually.TrueAsync(
                () => balancer.Services[0].Counters[0].Pauses(ListenerPause.Limit) >= i, $"{i} pauses");
        }

        Assert.That(loggers.Warnings, Is.EqualTo(1));
    }

    [Test]
    public async Task Shards_ManyLongSessions_AreSpreadEvenly()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], shards: 4);
        List<Socket> clients = [];
        for (int i = 0; i < 400; i++) clients.Add(await balancer.ConnectAsync());
        await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 400, "all sessions");

        // An eighth and 16 over the average of 100, and what was under way while it was decided.
        int[] loads = [.. balancer.Balancer.Shards.Select(static shard => shard.Load.Sessions)];
        Assert.That(loads.Max(), Is.LessThanOrEqualTo(100 + 12 + 16 + 1), string.Join(' ', loads));
        clients.ForEach(static client => client.Dispose());
    }

    private sealed class CountingLoggers : ILoggerFactory, ILogger
    {
        public int Warnings { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) Warnings++;
        }

        public void Dispose()
        {
        }
    }

    private static async Task AssertLimitOfThreeAsync(RunningBalancer balancer)
    {
        List<Socket> clients = [];
        for (int i = 0; i < 3; i++) clients.Add(await balancer.ConnectAsync());
        foreach (Socket client in clients)
        {
            await client.SendTextAsync("x");
            await client.ReceiveTextAsync(1);
        }

        // The kernel takes the fourth; nobody serves it yet.
        using Socket waiting = await balancer.ConnectAsync();
        await waiting.SendTextAsync("w");
        await Eventually.TrueAsync(
            () => balancer.Counters(static counters => counters.Pauses(ListenerPause.Limit)) > 0, "a pause");
        bool answered = await balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(20));
        Assert.That(answered, Is.True, "every shard has seen the fourth");
        Assert.That(balancer.Balancer.ActiveConnections, Is.EqualTo(3));
        Assert.That(waiting.Poll(0, SelectMode.SelectRead), Is.False);

        clients[0].Dispose();
        Assert.That(await waiting.ReceiveTextAsync(1), Is.EqualTo("w"));
        clients.ForEach(static client => client.Dispose());
    }
}
