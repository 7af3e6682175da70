using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Clients that never pause, in front of a backend that goes away: they leave it, and nobody else moves.
/// </summary>
public sealed class UdpBackendLossTests
{
    private const int Clients = 60;
    private const int QuietRounds = 5;
    private const int MostRounds = 1000;

    /// <summary>
    /// One is answered by ICMP, which the next one finds out. As that may wait behind the first, it may be lost too,
    /// and one more in the same batch.
    /// </summary>
    private const int MostLostByKill = 3;

    private static readonly string[] Names = ["first", "second", "third"];

    private readonly List<UdpServer> _servers = [];
    private readonly List<TcpListener> _probed = [];

    [TearDown]
    public void End()
    {
        _servers.ForEach(static server => server.Dispose());
        _servers.Clear();
        _probed.ForEach(static listener => listener.Dispose());
        _probed.Clear();
    }

    [Test]
    public async Task Clients_BackendKilled_MoveAtOnceAndTheOthersStay()
    {
        await using DaemonProcess daemon = await StartAsync("ejection.base = \"200ms\"");
        using UdpFlows flows = new(daemon.Address, Clients);
        int gone = await SettleAsync(flows);
        int[] left = On(flows, Names[gone]);
        int[] others = [.. flows.All.Except(left)];
        int killedIn = flows.Rounds;

        _servers[gone].Dispose();
        await RoundsUntilAsync(flows, others, () => On(flows, Names[gone]).Length == 0);
        for (int i = 0; i < QuietRounds; i++) await flows.RoundAsync(flows.All);

        AssertStayed(flows, others);
        AssertMovedOnce(flows, left, Names[gone], killedIn);
        Assert.That(left.Select(flow => flows.Unanswered(flow).Length), Is.All.LessThanOrEqualTo(MostLostByKill));

        // Once it is back it gets new flows, and those that have left it stay where they are.
        string[] homes = [.. flows.All.Select(flows.Home)];
        _servers[gone] = UdpFlows.Server(Names[gone], IPAddress.Loopback, _servers[gone].EndPoint.Port);
        await Eventually.TrueAsync(() => IsServedBy(daemon, Names[gone]), "a new flow is served by it");
        await flows.RoundAsync(flows.All);
        Assert.That(flows.All.Select(flows.Home), Is.EqualTo(homes));
    }

    [Test]
    public async Task Clients_BackendSilentAndJudgedDown_MoveAndTheOthersStay()
    {
        int probePort = UnusedPort.Next();
        bool[] isMute = new bool[Names.Length];
        await using DaemonProcess daemon = await StartAsync(
            $$"""health = { type = "tcp", port = {{probePort}}, interval = "20ms", fall = 2 }""", probePort, isMute);
        using UdpFlows flows = new(daemon.Address, Clients);
        int gone = await SettleAsync(flows);
        int[] left = On(flows, Names[gone]);
        int[] others = [.. flows.All.Except(left)];
        int mutedIn = flows.Rounds;

        isMute[gone] = true;
        for (int i = 0; i < QuietRounds; i++) await flows.RoundAsync(others); // Nobody has noticed: no ICMP comes.
        Assert.That(left.Select(flow => flows.Unanswered(flow).Length), Is.All.EqualTo(QuietRounds));
        _probed[gone].Stop();
        await RoundsUntilAsync(flows, others, () => On(flows, Names[gone]).Length == 0);
        for (int i = 0; i < QuietRounds; i++) await flows.RoundAsync(flows.All);

        AssertStayed(flows, others);
        AssertMovedOnce(flows, left, Names[gone], mutedIn);
        Assert.That(
            await daemon.MetricAsync("l4balancer_udp_sessions_closed_total{reason=\"backend_down\""),
            Is.GreaterThanOrEqualTo(left.Length));
    }

    [Test]
    public async Task Clients_EveryBackendKilledAndOneBack_AreServedAgain()
    {
        await using DaemonProcess daemon = await StartAsync("ejection.base = \"200ms\"");
        using UdpFlows flows = new(daemon.Address, Clients);
        await SettleAsync(flows);

        foreach (UdpServer server in _servers) server.Dispose();
        for (int i = 0; i < QuietRounds; i++) await flows.RoundAsync([]);
        int port = _servers[0].EndPoint.Port;
        _servers.Clear();
        _servers.Add(UdpFlows.Server("back", IPAddress.Loopback, port));

        for (int i = 0; i < MostRounds && On(flows, "back").Length < Clients; i++)
        {
            await flows.RoundAsync([]);
            await TakenAsync(daemon, flows);
        }

        for (int i = 0; i < QuietRounds; i++) await flows.RoundAsync(flows.All);
        Assert.That(On(flows, "back"), Has.Length.EqualTo(Clients));
    }

    private Task<DaemonProcess> StartAsync(string service, int probePort = 0, bool[]? isMute = null)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            int own = i;
            IPAddress address = probePort == 0 ? IPAddress.Loopback : IPAddress.Parse($"127.0.0.{2 + i}");
            _servers.Add(UdpFlows.Server(Names[i], address, UnusedPort.Next(), () => isMute?[own] ?? false));
            if (probePort == 0) continue;

            _probed.Add(new TcpListener(address, probePort));
            _probed[i].Start();
        }

        return DaemonProcess.StartAsync(new DaemonFile(_servers.Select(static server => server.EndPoint))
        {
            Protocol = "udp",
            Flows = "none",
            Service = service,
        });
    }

    /// <summary>
    /// Waits until the daemon has taken all that was sent: flows that nobody waits for would fill its listeners'
    /// buffers.
    /// </summary>
    private static async Task TakenAsync(DaemonProcess daemon, UdpFlows flows)
    {
        const int MostScrapes = 10_000;
        const string Taken = "l4balancer_udp_datagrams_total{direction=\"from_client\"";
        for (int i = 0; i < MostScrapes; i++)
        {
            if (await daemon.MetricAsync(Taken) >= flows.Rounds * Clients) return;
        }

        Assert.Fail("not all datagrams were taken");
    }

    /// <summary>Some rounds in which nobody is left without an answer.</summary>
    /// <returns>The server that is to go: one that has a flow.</returns>
    private static async Task<int> SettleAsync(UdpFlows flows)
    {
        for (int i = 0; i < QuietRounds; i++) await flows.RoundAsync(flows.All);
        AssertStayed(flows, flows.All);
        return Array.IndexOf(Names, flows.Home(0));
    }

    private static async Task RoundsUntilAsync(UdpFlows flows, int[] awaited, Func<bool> isSo)
    {
        int last = flows.Rounds + MostRounds;
        while (!isSo() && flows.Rounds < last) await flows.RoundAsync(awaited);
        Assert.That(isSo(), Is.True, $"after {MostRounds} rounds");
    }

    private static int[] On(UdpFlows flows, string name) => [.. flows.All.Where(flow => flows.Home(flow) == name)];

    private static void AssertStayed(UdpFlows flows, IEnumerable<int> which)
    {
        foreach (int flow in which)
        {
            Assert.That(flows.Unanswered(flow), Is.Empty, $"lost by flow {flow}");
            Assert.That(flows.Answers(flow).Values.Distinct().Count(), Is.EqualTo(1), $"homes of flow {flow}");
        }
    }

    /// <summary>Lost is what came between the last answer of the old home and the first of the new one.</summary>
    private static void AssertMovedOnce(UdpFlows flows, int[] which, string oldHome, int since)
    {
        foreach (int flow in which)
        {
            IReadOnlyDictionary<int, string> answers = flows.Answers(flow);
            int[] lost = flows.Unanswered(flow);
            Assert.That(answers.Values.Distinct().Count(), Is.EqualTo(2), $"homes of flow {flow}");
            Assert.That(lost, Is.EqualTo(Enumerable.Range(since, lost.Length)), $"lost by flow {flow}");
            Assert.That(answers[since - 1], Is.EqualTo(oldHome));
            Assert.That(answers[since + lost.Length], Is.Not.EqualTo(oldHome));
        }
    }

    /// <summary>A flow of its own is answered by this server.</summary>
    private static bool IsServedBy(DaemonProcess daemon, string name)
    {
        using Socket socket = daemon.Address.ConnectUdp();
        return socket.Ask("hello").StartsWith(name, StringComparison.Ordinal);
    }
}
