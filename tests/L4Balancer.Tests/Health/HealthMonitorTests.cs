using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Tests.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>
/// When probes are made: the first at once, the second ones spread, then every interval give or take the jitter.
/// </summary>
public sealed class HealthMonitorTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    private readonly ManualTime _time = new();
    private int _waiting;

    [Test]
    public async Task Start_FirstRound_EveryBackendIsProbedOnceWithoutWaiting()
    {
        await using HealthMonitor monitor = await StartAsync(backends: 4, jitter: 0);

        Assert.That(Probes(monitor), Is.EqualTo([1, 1, 1, 1]));
    }

    [Test]
    public async Task Start_SecondProbes_AreSpreadOverTheInterval()
    {
        await using HealthMonitor monitor = await StartAsync(backends: 4, jitter: 0);
        foreach (long[] expected in new long[][] { [2, 1, 1, 1], [2, 2, 1, 1], [2, 2, 2, 1], [2, 2, 2, 2] })
        {
            await AdvanceAsync(Interval / 4);
            await Eventually.TrueAsync(() => Probes(monitor).SequenceEqual(expected), string.Join(' ', expected));
        }
    }

    [Test]
    public async Task Run_Jitter_TheIntervalVariesByNoMore()
    {
        await using HealthMonitor monitor = await StartAsync(backends: 1, jitter: 0.1);
        await AdvanceAsync(Interval);
        await Eventually.TrueAsync(() => Probes(monitor)[0] == 2, "the second probe");
        for (int probe = 3; probe < 20; probe++)
        {
            await AdvanceAsync(Interval * 0.89);
            Assert.That(Probes(monitor)[0], Is.EqualTo(probe - 1));
            await AdvanceAsync(Interval * 0.22);
            await Eventually.TrueAsync(() => Probes(monitor)[0] == probe, $"probe {probe}");
        }
    }

    /// <summary>
    /// Moves the clock once every backend waits for its next probe, which arms exactly one timer each.
    /// </summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        await Eventually.TrueAsync(() => _time.Timers == _waiting, "every monitor to wait");
        _time.Advance(time);
    }

    private async Task<HealthMonitor> StartAsync(int backends, double jitter)
    {
        PoolConfig config = new()
        {
            Name = "pool",
            Health = new HealthConfig { Interval = Interval, Jitter = jitter },
            Backends = [.. Enumerable.Range(0, backends).Select(static _ => Nobody())],
        };
        _waiting = backends;
        HealthMonitor monitor = new(new Pool(config, 0, NullLogger.Instance), _time, NullLogger.Instance);
        await monitor.StartAsync(CancellationToken.None).Within();
        return monitor;
    }

    private static BackendConfig Nobody() => RunningBalancer.Backend(TestServer.Closed());

    private static long[] Probes(HealthMonitor monitor) =>
        [.. monitor.Monitors.Select(static one => one.Probes.Count(good: false))];
}
