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
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromHours(1);

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
            await AdvanceAsync(static () => Interval / 4);
            await Eventually.TrueAsync(() => Probes(monitor).SequenceEqual(expected), string.Join(' ', expected));
        }
    }

    [Test]
    public async Task Run_Jitter_TheIntervalVariesByNoMore()
    {
        await using HealthMonitor monitor = await StartAsync(backends: 1, jitter: 0.1);
        for (int probe = 2; probe < 50; probe++)
        {
            await AdvanceAsync(() => Waits()[^1]); // No further: what passes during the probe is no longer waited for.
            await Eventually.TrueAsync(() => Probes(monitor)[0] == probe, $"probe {probe}");
        }

        TimeSpan[] waits = Waits()[1..];
        Assert.That(waits, Has.All.InRange(Interval * 0.9, Interval * 1.1));
        Assert.That(waits.Max() - waits.Min(), Is.GreaterThan(Interval * 0.1));
    }

    /// <summary>
    /// Moves the clock once every backend waits for its next probe, which arms exactly one timer each beside a probe's
    /// own.
    /// </summary>
    private async Task AdvanceAsync(Func<TimeSpan> time)
    {
        await Eventually.TrueAsync(() => _time.TimersWithin(Interval * 1.1) == _waiting, "every monitor to wait");
        _time.Advance(time());
    }

    /// <summary>What was waited for between probes.</summary>
    private TimeSpan[] Waits() => [.. _time.Requested.Where(static wait => wait < ProbeTimeout)];

    private async Task<HealthMonitor> StartAsync(int backends, double jitter)
    {
        PoolConfig config = new()
        {
            Name = "pool",
            Health = new HealthConfig { Interval = Interval, Jitter = jitter, Timeout = ProbeTimeout },
            Backends = [.. Enumerable.Range(0, backends).Select(static _ => Nobody())],
        };
        _waiting = backends;
        Pool pool = new(config, new FleetPlace(0), _time, NullLogger.Instance);
        HealthMonitor monitor = new(pool, new ProbeRunner(_time), _time, NullLogger.Instance);
        await monitor.StartAsync(CancellationToken.None).Within();
        return monitor;
    }

    private static BackendConfig Nobody() => RunningBalancer.Backend(TestServer.Closed());

    private static long[] Probes(HealthMonitor monitor) =>
        [.. monitor.Monitors.Select(static one => one.Probes.Count(good: false))];
}
