using System.Net;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A thousand wrong requests: each is refused and told why, and the daemon is as it was.</summary>
public sealed class AdminWrongRequestsTests
{
    private const int AtOnce = 8; // Fewer than the unix socket takes.

    [Test]
    public async Task WrongRequest_OfEveryKind_IsRefusedClearlyAndNothingIsLeftBehind()
    {
        int seed = Random.Shared.Next();
        WrongRequest[] requests = [.. WrongRequests.All(new Random(seed))];
        TestContext.Out.WriteLine($"{requests.Length} requests, seed {seed}");
        Assert.That(requests, Has.Length.GreaterThan(1000));

        await AssertRefusedAsync(requests);
    }

    [Test]
    public async Task WrongRequest_TooSlow_IsEndedAndNothingIsLeftBehind() =>
        await AssertRefusedAsync([.. WrongRequests.Slow()]);

    private static async Task AssertRefusedAsync(WrongRequest[] requests)
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint));
        using AdminCaller control = daemon.Control;
        string config = (await control.GetAsync("/config")).Body;
        Assert.That(await ProblemsAsync(daemon, requests), Is.Empty);

        // Once more: what the runtime needs for them, libraries above all, it has now.
        int before = daemon.View.Descriptors;
        Assert.That(await ProblemsAsync(daemon, requests), Is.Empty);

        await Eventually.TrueAsync(() => daemon.View.Descriptors <= before, $"{before} descriptors as before");
        Assert.Multiple(async () =>
        {
            Assert.That((await control.GetAsync("/ready")).Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((await control.GetAsync("/config")).Body, Is.EqualTo(config), "nothing has changed");
            Assert.That(daemon.Child.Errors, Has.None.Contains("Kestrel").And.None.Contains("fault"));
        });
    }

    private static async Task<List<string>> ProblemsAsync(DaemonProcess daemon, WrongRequest[] requests)
    {
        List<string> problems = [];
        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (request, _) =>
            {
                if (await request.ProblemAsync(daemon) is not { } problem) return;
                lock (problems) problems.Add(problem);
            });

        return problems;
    }
}
