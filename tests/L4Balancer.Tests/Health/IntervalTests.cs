using System.Net;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Tests.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>How long it is to the next probe, by what the last ones found.</summary>
public sealed class IntervalTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileDown = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Turning = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromHours(1);

    private static readonly HealthConfig Check = new()
    {
        Interval = Usual, IntervalDown = WhileDown, IntervalTransition = Turning, Timeout = ProbeTimeout, Jitter = 0,
        Rise = 2, Fall = 3,
    };

    private readonly ManualTime _time = new();

    [Test]
    public async Task Run_ServerGoesAndComes_TheIntervalIsThatOfTheState()
    {
        TestServer server = new();
        await using HealthMonitor monitor = await StartAsync(Check, server.EndPoint);
        await ProbesAsync(monitor, Usual, Usual); // The first wait is the offset of the second probe, here the same.
        server.Dispose();
        await ProbesAsync(monitor, Usual, Turning, Turning, WhileDown, WhileDown);
        server = new TestServer(server.EndPoint.Address, server.EndPoint.Port);
        await ProbesAsync(monitor, WhileDown, Turning, Usual, Usual);

        server.Dispose();
        await ProbesAsync(monitor, Usual, Turning);
        using TestServer again = new(server.EndPoint.Address, server.EndPoint.Port);
        await ProbesAsync(monitor, Turning, Usual);
        Assert.That(monitor.Monitors[0].Backend.StateText, Is.EqualTo("up"));
    }

    [Test]
    public async Task Run_NoOtherIntervals_ItIsAlwaysTheUsual()
    {
        HealthConfig check = Check with { IntervalDown = TimeSpan.Zero, IntervalTransition = TimeSpan.Zero };
        TestServer server = new();
        await using HealthMonitor monitor = await StartAsync(check, server.EndPoint);
        server.Dispose();
        await ProbesAsync(monitor, Usual, Usual, Usual, Usual, Usual);
        Assert.That(monitor.Monitors[0].Backend.StateText, Is.EqualTo("down"));
    }

    [TestCase(InitialState.Up, true, 3)]
    [TestCase(InitialState.Down, false, 2)]
    public async Task Start_StateIsGiven_NobodyWaitsForAProbeAndTheFirstIsOneOfARow(
        InitialState initial, bool isUp, int row)
    {
        using TestServer hole = await TestServer.BlackHoleAsync();
        using TestServer up = new();
        IPEndPoint against = isUp ? TestServer.Closed() : up.EndPoint;
        await using HealthMonitor silent = await StartAsync(Check with { Initial = initial }, hole.EndPoint);
        Assert.That(silent.Monitors[0].Backend.IsAvailable, Is.EqualTo(isUp), "although no probe has ended");

        await using HealthMonitor monitor = await StartAsync(Check with { Initial = initial }, against);
        for (int probe = 1; probe < row; probe++)
        {
            await EndedAsync(monitor, probe);
            Assert.That(monitor.Monitors[0].Backend.IsAvailable, Is.EqualTo(isUp), $"after {probe}");
            await WaitingAsync();
            _time.Advance(Usual);
        }

        await EndedAsync(monitor, row);
        await Eventually.TrueAsync(() => monitor.Monitors[0].Backend.IsAvailable == !isUp, "the other state");
    }

    private async Task<HealthMonitor> StartAsync(HealthConfig check, IPEndPoint backend)
    {
        PoolConfig config = new() { Name = "pool", Health = check, Backends = [RunningBalancer.Backend(backend)] };
        Pool pool = new(config, new FleetPlace(0), _time, NullLogger.Instance);
        HealthMonitor monitor = new(pool, new ProbeRunner(_time), _time, NullLogger.Instance);
        await monitor.StartAsync(CancellationToken.None).Within();
        return monitor;
    }

    /// <summary>Lets the waits pass, which must be these, and the probes after them end.</summary>
    private async Task ProbesAsync(HealthMonitor monitor, params TimeSpan[] waits)
    {
        foreach (TimeSpan wait in waits)
        {
            await WaitingAsync();
            Assert.That(_time.TimersWithin(wait), Is.EqualTo(1), $"waits for no more than {wait}");
            Assert.That(_time.TimersWithin(wait - TimeSpan.FromTicks(1)), Is.Zero, $"waits for no less than {wait}");
            int ended = Ended(monitor);
            _time.Advance(wait);
            await EndedAsync(monitor, ended + 1);
        }
    }

    private Task WaitingAsync() =>
        Eventually.TrueAsync(() => _time.TimersWithin(ProbeTimeout / 2) > 0, "a wait for the next probe");

    private static Task EndedAsync(HealthMonitor monitor, int probes) =>
        Eventually.TrueAsync(() => Ended(monitor) >= probes, $"{probes} probes");

    private static int Ended(HealthMonitor monitor) =>
        (int)(monitor.Monitors[0].Probes.Count(good: true) + monitor.Monitors[0].Probes.Count(good: false));
}
