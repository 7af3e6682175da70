using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What the kernel is asked on the data path, so that nobody adds a question unnoticed.</summary>
public sealed class SystemCallTests
{
    private const int TcpLevel = 6;
    private const int HoldUntilTheEnd = 3; // TCP_CORK
    private const int AckWithFirstBytes = 9; // TCP_DEFER_ACCEPT
    private const int Connections = 500;

    /// <summary>
    /// For one connection: accept4 (2, the second finds none), epoll_ctl (2), socket, setsockopt (2), connect, recvfrom
    /// (3: the request, the answer with its end, the client's end), sendto (2), shutdown, close (2); and what the
    /// runtime does now and then.
    /// </summary>
    private const double MostCalls = 16.5;

    /// <summary>
    /// Each side's bytes come as early as they can, so that the count does not depend on who is faster.
    /// </summary>
    [Test]
    public async Task ShortConnection_RequestAnswerAndClose_TakesFewCalls()
    {
        using TestServer server = new TestServer().Serve(AnswerAndCloseAsync);
        await using TracedDaemon traced = await TracedDaemon.StartAsync(OneShard(server), "!?epoll_wait,?epoll_pwait");
        await RunConnectionsAsync(traced, 20, before: 0);
        IReadOnlyList<string> warmUp = traced.Calls();
        await RunConnectionsAsync(traced, Connections, before: 20);

        (string Name, double EachConnection)[] calls =
        [
            .. traced.Calls().Skip(warmUp.Count).Select(static call => TracedDaemon.Parse(call).Name)
                .GroupBy(static name => name)
                .Select(static group => (group.Key, (double)group.Count() / Connections))
                .OrderByDescending(static call => call.Item2),
        ];
        double sum = calls.Sum(static call => call.EachConnection);
        string which = string.Join(", ", calls.Select(static call => $"{call.EachConnection:F2} {call.Name}"));
        Assert.That(sum, Is.GreaterThan(5).And.LessThanOrEqualTo(MostCalls), which);
        TestContext.Out.WriteLine($"{sum:F2} calls for one connection: {which}");
    }

    [Test]
    public async Task Delay_OneSend_IsLeftAsItIs()
    {
        using TestServer server = TestServer.Echo();
        await using TracedDaemon traced = await StartForSendsAsync(server);
        await RoundTripsAsync(traced, "once");

        Assert.That(ToServer(traced), Is.EqualTo(["connect", "sendto"]));
    }

    [Test]
    public async Task Delay_TwoSendsAndMore_IsTurnedOffOnceBeforeTheSecond()
    {
        using TestServer server = TestServer.Echo();
        await using TracedDaemon traced = await StartForSendsAsync(server);
        await RoundTripsAsync(traced, "first", "second", "third");

        Assert.That(ToServer(traced), Is.EqualTo(["connect", "sendto", "TCP_NODELAY", "sendto", "sendto"]));
    }

    private static DaemonFile OneShard(TestServer server) =>
        new(server.EndPoint) { Shards = 1, Service = "health.type = \"none\"" };

    private static Task<TracedDaemon> StartForSendsAsync(TestServer server) =>
        TracedDaemon.StartAsync(OneShard(server), "connect,setsockopt,sendto,splice");

    /// <summary>What was done with the socket to the server, as calls and, for the one option, its name.</summary>
    private static string[] ToServer(TracedDaemon traced)
    {
        IReadOnlyList<string> calls = traced.Calls();
        int connect = calls.ToList().FindIndex(static call => TracedDaemon.Parse(call).Name == "connect");
        int server = TracedDaemon.Parse(calls[connect]).Descriptor;
        return
        [
            .. calls.Skip(connect)
                .Where(call => TracedDaemon.Parse(call).Descriptor == server)
                .Select(static call => call.Contains("TCP_NODELAY", StringComparison.Ordinal)
                    ? "TCP_NODELAY"
                    : TracedDaemon.Parse(call).Name)
                .Where(static name => name != "setsockopt"),
        ];
    }

    private static async Task RoundTripsAsync(TracedDaemon traced, params string[] texts)
    {
        using Socket client = NewClient();
        await client.ConnectAsync(traced.Daemon.Address).Within();
        foreach (string text in texts)
        {
            await client.SendTextAsync(text);
            Assert.That(await client.ReceiveTextAsync(text.Length), Is.EqualTo(text));
        }
    }

    private static async Task RunConnectionsAsync(TracedDaemon traced, int count, int before)
    {
        for (int i = 0; i < count; i++)
        {
            using Socket client = NewClient();
            SetTcpOption(client, AckWithFirstBytes);
            await client.ConnectAsync(traced.Daemon.Address).Within();
            await client.SendTextAsync("request");
            Assert.That(await client.ReceiveToEndAsync(), Is.EqualTo("answer"u8.ToArray()));
        }

        IReadOnlyList<FlowLine> flows = await traced.Daemon.FlowsAsync(before + count);
        Assert.That(flows.Select(static flow => flow.Reason), Is.All.EqualTo("normal"));
    }

    private static async Task AnswerAndCloseAsync(Socket socket)
    {
        await socket.ReceiveTextAsync("request".Length);
        SetTcpOption(socket, HoldUntilTheEnd);
        await socket.SendTextAsync("answer");
    }

    private static void SetTcpOption(Socket socket, int option) =>
        socket.SetRawSocketOption(TcpLevel, option, BitConverter.GetBytes(1));

    private static Socket NewClient() =>
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
