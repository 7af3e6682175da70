using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>
/// How many probes a server sees of those that are asked for. The probes are questions to an agent, since it knows when
/// one is under way; all of 127.0.0.0/8 leads to it.
/// </summary>
public sealed class ProbeRunnerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();
    private ProbeRunner _runner = null!;
    private TestServer _server = null!;

    [SetUp]
    public void Open()
    {
        _runner = new ProbeRunner(_time);
        _server = new TestServer(IPAddress.Any);
    }

    [TearDown]
    public void Close() => _server.Dispose();

    [Test]
    public async Task Run_ThousandsOfServers_NeverMoreAtOnceThanThereArePlacesAndAllHaveTheirTurn()
    {
        const int Most = 7;
        const int Servers = 2000;
        _runner.Slots.Most = Most;
        Task<ProbeRun>[] all = [.. Enumerable.Range(0, Servers).Select(number => RunAsync(Target(number)))];
        Assert.That((_runner.Slots.InFlight, _runner.Slots.Waiting), Is.EqualTo((Most, Servers - Most)));

        // Probes reach the server in any order where several begin at once; beyond that it is the order of asking.
        List<Socket> open = [];
        for (int seen = 0; seen < Servers; seen++)
        {
            open.Add(await _server.AcceptAsync());
            Assert.That(NumberOf(open[^1]), Is.InRange(seen - Most, seen + Most));
            if (open.Count < Most) continue;

            Assert.That(_runner.Slots.InFlight, Is.LessThanOrEqualTo(Most));
            await AnswerAsync(open);
        }

        while (open.Count > 0) await AnswerAsync(open);
        ProbeRun[] runs = await Task.WhenAll(all).Within();
        Assert.That(runs.All(static run => run.Result is { IsGood: true, Text: "up" }), Is.True);
        await Eventually.TrueAsync(() => _runner.Slots.InFlight == 0, "the last place given back"); // After the answer.
        Assert.That((_runner.Slots.Waiting, _runner.Made), Is.EqualTo((0, (long)Servers)));
    }

    [Test]
    public async Task Run_AskedWhileOneIsUnderWay_AllGetItsAnswer()
    {
        Task<ProbeRun>[] all = [.. Enumerable.Range(0, 5).Select(_ => RunAsync(Target(1)))];
        using (Socket only = await _server.AcceptAsync()) await only.SendTextAsync("75%\n");

        ProbeRun[] runs = await Task.WhenAll(all).Within();
        Assert.That(runs.Distinct().Count(), Is.EqualTo(1));
        Assert.That(_server.HasWaiting, Is.False);
    }

    [Test]
    public async Task Run_AnswerIsRecent_IsSharedOnceWithEachAndNoLongerThanItMay()
    {
        ProbeRun first = await AnsweredAsync(RunAsync(Target(1)));
        _time.Advance(Minute);
        Assert.That(await RunAsync(Target(1)).Within(), Is.SameAs(first), "as old as it may be");
        ProbeRun second = await AnsweredAsync(RunAsync(Target(1), after: first.Number));
        Assert.That(second.Number, Is.GreaterThan(first.Number), "the same one is not had twice");
        Assert.That(await RunAsync(Target(1), after: first.Number).Within(), Is.SameAs(second));

        _time.Advance(Minute + TimeSpan.FromTicks(1));
        ProbeRun third = await AnsweredAsync(RunAsync(Target(1)));
        Assert.That(third.Number, Is.GreaterThan(second.Number), "too old");
    }

    [Test]
    public async Task Run_AskedSomethingElse_IsAnotherProbe()
    {
        HealthConfig check = new() { AgentPort = 1 };
        await AnsweredAsync(RunAsync(Target(1, check)));
        HealthConfig[] others =
        [
            check with { AgentSend = "x"u8.ToArray() },
            check with { Source = L4Balancer.Net.IpAddress.FromV4(0x7F000002) },
        ];
        foreach (HealthConfig other in others) await AnsweredAsync(RunAsync(Target(1, other)));
        await AnsweredAsync(RunAsync(Target(2, check)));

        HealthConfig same = check with { Rise = 9, Fall = 9, Interval = Minute, Jitter = 1, Initial = InitialState.Up };
        await RunAsync(Target(1, same)).Within();
        Assert.That(_runner.Made, Is.EqualTo(4));
    }

    [Test]
    public async Task Run_OneOfTwoLosesInterest_TheOtherGetsTheAnswer()
    {
        using CancellationTokenSource ending = new();
        Task<ProbeRun> leaving = RunAsync(Target(1), cancellation: ending.Token);
        Task<ProbeRun> staying = RunAsync(Target(1));
        using Socket only = await _server.AcceptAsync();
        await ending.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => leaving.Within());

        await only.SendTextAsync("up\n");
        Assert.That((await staying.Within()).Result.Text, Is.EqualTo("up"));
    }

    [Test]
    public async Task Run_AllLoseInterest_TheProbeEndsAndItsPlaceIsFree()
    {
        _runner.Slots.Most = 1;
        using CancellationTokenSource ending = new();
        Task<ProbeRun> first = RunAsync(Target(1), cancellation: ending.Token);
        Task<ProbeRun> queued = RunAsync(Target(2), cancellation: ending.Token);
        using Socket abandoned = await _server.AcceptAsync();
        await ending.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => Task.WhenAll(first, queued).Within());
        await abandoned.EndAsync(); // Closed from the other side.

        ProbeRun next = await AnsweredAsync(RunAsync(Target(1)));
        Assert.That(next.Result.IsGood, Is.True);
    }

    [Test]
    public async Task Run_WaitsForItsPlace_TheTimeoutBeginsWithTheProbe()
    {
        _runner.Slots.Most = 1;
        Task<ProbeRun> first = RunAsync(Target(1));
        Task<ProbeRun> second = RunAsync(Target(2));
        using Socket silent = await _server.AcceptAsync();
        _time.Advance(Minute); // The first one's time is over.
        Assert.That((await first.Within()).Result.Text, Is.EqualTo("no answer within 60.0 s"));

        ProbeRun run = await AnsweredAsync(second);
        Assert.That(run.Result.IsGood, Is.True);
        Assert.That(run.StartedAt, Is.EqualTo(_time.GetTimestamp()));
    }

    private static int NumberOf(Socket accepted)
    {
        byte[] address = ((IPEndPoint)accepted.LocalEndPoint!).Address.GetAddressBytes();
        return (address[2] * 256) + address[3];
    }

    private static async Task AnswerAsync(List<Socket> open)
    {
        using Socket first = open[0];
        open.RemoveAt(0);
        await first.SendTextAsync("up\n");
    }

    private ProbeTarget Target(int number, HealthConfig? check = null) => ProbeTargets.Of(
        new IPEndPoint(new IPAddress([127, 1, (byte)(number / 256), (byte)number]), _server.EndPoint.Port),
        check ?? new HealthConfig(), Minute) with { AsksAgent = true };

    private Task<ProbeRun> RunAsync(ProbeTarget target, long after = 0, CancellationToken cancellation = default) =>
        _runner.RunAsync(new ProbeRequest(target, Minute, after, IsAwaited: false), cancellation);

    private async Task<ProbeRun> AnsweredAsync(Task<ProbeRun> asked)
    {
        using Socket socket = await _server.AcceptAsync();
        await socket.SendTextAsync("up\n");
        return await asked.Within();
    }
}
