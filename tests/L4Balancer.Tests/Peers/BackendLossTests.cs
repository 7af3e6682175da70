using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Backends that die and come back.</summary>
public sealed class BackendLossTests
{
    private const int Clients = 16;

    private const string QuickVerdicts =
        """
        [service.test.health]
        interval = "100ms"
        [service.test.ejection]
        base = "200ms"
        """;

    [Test]
    public async Task OneOfThree_DiesUnderLoadAndComesBack_OnlyRequestsInFlightOnItFail()
    {
        await using NginxServer first = await NginxServer.StartAsync("first");
        await using NginxServer second = await NginxServer.StartAsync("second");
        await using NginxServer third = await NginxServer.StartAsync("third");
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            new DaemonFile(first.EndPoint, second.EndPoint, third.EndPoint)
            {
                Flows = "errors",
                Service = QuickVerdicts,
            });

        using CancellationTokenSource enough = new();
        ConcurrentQueue<Answer> answers = new();
        Task load = Task.WhenAll(
            Enumerable.Range(0, Clients).Select(_ => Task.Run(() => AskLoopAsync(daemon, answers, enough.Token))));

        await AnsweredByAsync(answers, "second", 0);
        await second.KillAsync();
        long gone = Stopwatch.GetTimestamp();
        await daemon.LoggedAsync($"backend test/{second.EndPoint} is down");
        await AnsweredByAsync(answers, "first", gone);

        await second.StartAgainAsync();
        await AnsweredByAsync(answers, "second", gone);
        await enough.CancelAsync();
        await load.Within();

        Answer[] failed = [.. answers.Where(static answer => answer.Name is null)];
        IReadOnlyList<FlowLine> flows = daemon.Flows();
        Assert.Multiple(() =>
        {
            Assert.That(failed.Where(answer => answer.Began > gone), Is.Empty, "requests begun after it had gone");
            Assert.That(failed, Has.Length.LessThanOrEqualTo(Clients));
            Assert.That(flows.Select(static flow => flow.Backend), Is.All.EqualTo(second.EndPoint.ToString()));
        });
    }

    [Test]
    public async Task EveryBackend_Down_ClientIsClosedAtOnceAndServedWhenOneIsBack()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Service = QuickVerdicts });
        Assert.That(await HttpRequests.NameAsync(daemon.Address), Is.EqualTo(nginx.Name));

        await nginx.KillAsync();
        Assert.That(await EndAsync(daemon.Address), Is.EqualTo(SocketError.ConnectionReset), "before the verdict");
        await daemon.LoggedAsync("has no available backend");
        Assert.That(await EndAsync(daemon.Address), Is.EqualTo(SocketError.ConnectionReset), "after the verdict");
        string[] reasons = [.. (await daemon.FlowsAsync(3)).Select(static flow => flow.Reason)];

        await nginx.StartAgainAsync();
        await daemon.LoggedAsync($"backend test/{nginx.EndPoint} is up: connected");
        await Eventually.TrueAsync(() => Answers(daemon.Address), "served again");
        Assert.That(reasons, Is.EquivalentTo(new[] { "normal", "server_refused", "no_backend" })
            .Or.EquivalentTo(new[] { "normal", "no_backend", "no_backend" }));
    }

    [Test]
    public async Task Backend_NameDoesNotResolve_TheOthersServe()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile("no-such-host.invalid:80", nginx.EndPoint.ToString()));

        for (int i = 0; i < 20; i++) Assert.That(await HttpRequests.NameAsync(daemon.Address), Is.EqualTo(nginx.Name));

        await daemon.LoggedAsync("no-such-host.invalid does not resolve");
        string state =
            "l4balancer_backend_state{backend=\"no-such-host.invalid:80\",pool=\"test\",state=\"unresolved\"}";
        Assert.That(await daemon.MetricAsync(state), Is.EqualTo(1));
    }

    private static async Task AskLoopAsync(
        DaemonProcess daemon, ConcurrentQueue<Answer> answers, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            long began = Stopwatch.GetTimestamp();
            answers.Enqueue(new Answer(began, await NameOrNullAsync(daemon.Address)));
        }
    }

    private static Task AnsweredByAsync(ConcurrentQueue<Answer> answers, string name, long since) =>
        Eventually.TrueAsync(
            () => answers.Any(answer => answer.Name == name && answer.Began > since), $"answered by {name}");

    private static bool Answers(IPEndPoint address) => NameOrNullAsync(address).GetAwaiter().GetResult() is not null;

    private static async Task<string?> NameOrNullAsync(IPEndPoint address)
    {
        try
        {
            return await HttpRequests.NameAsync(address);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return null;
        }
    }

    /// <summary>How a connection that sends nothing ends.</summary>
    private static async Task<SocketError?> EndAsync(IPEndPoint address)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address).Within();
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode; // It can be so quick that the end comes before the connect has returned.
        }

        return await socket.EndAsync();
    }

    /// <summary>A request that is over.</summary>
    /// <param name="Began">When, as a timestamp of the stopwatch.</param>
    /// <param name="Name">The server's; null where it failed.</param>
    private sealed record Answer(long Began, string? Name);
}
