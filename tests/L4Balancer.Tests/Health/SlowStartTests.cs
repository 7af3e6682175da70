using System.Net;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Tests.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>How the share of a backend that comes back grows, by a clock of the test's.</summary>
public sealed class SlowStartTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Step = Duration / SlowStart.Steps;

    private readonly ManualTime _time = new();
    private SlowStart? _slowStart;

    [TearDown]
    public void Dispose() => _slowStart?.Dispose();

    [TestCase(new[] { 1, 1, 1, 1 })]
    [TestCase(new[] { 5, 1, 2, 8 })]
    public void Recovery_ShareGrowsLinearlyToItsWeight(int[] weights)
    {
        const int Flows = 40_000;
        Pool pool = MakePool(weights);
        Backend back = pool.Backends[0];
        double whole = Share(pool, back, Flows);
        SetHealth(pool, BackendHealth.Down, back);

        SetHealth(pool, BackendHealth.Up, back);

        double last = 0;
        for (int step = 0; step <= SlowStart.Steps; step++)
        {
            double part = Math.Max(1, step) / (double)SlowStart.Steps;
            double others = weights.Skip(1).Sum();
            double expected = weights[0] * part / ((weights[0] * part) + others);
            double share = Share(pool, back, Flows);
            Assert.That(share, Is.EqualTo(expected).Within(0.25 * expected), $"step {step}");
            Assert.That(share, Is.GreaterThanOrEqualTo(last), $"step {step}");
            last = share;
            _time.Advance(Step);
        }

        Assert.That(Share(pool, back, Flows), Is.EqualTo(whole), "the very flows that it had");
        Assert.That(_time.TimersWithin(TimeSpan.MaxValue / 2), Is.Zero, "timers left");
    }

    [TestCase(BalancePolicy.Maglev)]
    [TestCase(BalancePolicy.RoundRobin)]
    [TestCase(BalancePolicy.Random)]
    public void Recovery_ByOtherPolicies_HasThatPartOfItsShare(BalancePolicy policy)
    {
        Pool pool = MakePool([1, 1, 1], policy);
        Backend back = pool.Backends[0];
        SetHealth(pool, BackendHealth.Down, back);
        SetHealth(pool, BackendHealth.Up, back);

        foreach (int steps in new[] { 1, 3, 6, 10 })
        {
            double part = back.WeightFactor / 100.0;
            Assert.That(Share(pool, back, 40_000), Is.EqualTo(part / (part + 2)).Within(0.02), $"{part} of its weight");
            _time.Advance(Step * steps);
        }

        Assert.That(back.WeightFactor, Is.EqualTo(Backend.WholeWeight));
    }

    [Test]
    public void Recovery_FlowsOnlyMoveToWhoComesBack()
    {
        Pool pool = MakePool([1, 1, 1]);
        Backend back = pool.Backends[0];
        SetHealth(pool, BackendHealth.Down, back);
        Backend[] before = Owners(pool);

        SetHealth(pool, BackendHealth.Up, back);
        for (int step = 0; step < SlowStart.Steps; step++)
        {
            Backend[] now = Owners(pool);
            Assert.That(now.Zip(before).Where(one => one.First != one.Second).Select(static one => one.First),
                Is.All.SameAs(back));
            before = now;
            _time.Advance(Step);
        }
    }

    [Test]
    public void Recovery_OfTwo_OnePublishForEachStepOfBoth()
    {
        Pool pool = MakePool([1, 1, 1]);
        SetHealth(pool, BackendHealth.Down, pool.Backends[0], pool.Backends[1]);
        SetHealth(pool, BackendHealth.Up, pool.Backends[0], pool.Backends[1]);
        PoolSnapshot last = pool.Snapshot;
        int publishes = 0;
        for (TimeSpan passed = TimeSpan.Zero; passed <= Duration * 2; passed += Step / 4)
        {
            _time.Advance(Step / 4);
            if (pool.Snapshot == last) continue;

            last = pool.Snapshot;
            publishes++;
        }

        Assert.That(publishes, Is.EqualTo(SlowStart.Steps - 1), "the first step came with the recovery");
        Assert.That(pool.Backends.Select(static one => one.WeightFactor), Is.All.EqualTo(Backend.WholeWeight));
    }

    [Test]
    public void Start_OfTheProcess_IsNotSlow()
    {
        Pool pool = MakePool([1, 1]);
        Assert.That(pool.Backends.Select(static one => one.WeightFactor), Is.All.EqualTo(Backend.WholeWeight));
    }

    [Test]
    public void Recovery_OfTheOnlyBackend_IsNotSlow()
    {
        Pool pool = MakePool([1]);
        SetHealth(pool, BackendHealth.Down, pool.Backends[0]);
        SetHealth(pool, BackendHealth.Up, pool.Backends[0]);
        Assert.That(pool.Backends[0].WeightFactor, Is.EqualTo(Backend.WholeWeight));
    }

    [Test]
    public void Recovery_OfAllAtOnce_IsNotSlow()
    {
        Pool pool = MakePool([1, 2, 3]);
        SetHealth(pool, BackendHealth.Down, [.. pool.Backends]);
        SetHealth(pool, BackendHealth.Up, [.. pool.Backends]);
        Assert.That(pool.Backends.Select(static one => one.WeightFactor), Is.All.EqualTo(Backend.WholeWeight));
        Assert.That(_time.TimersWithin(TimeSpan.MaxValue / 2), Is.Zero, "timers left");
    }

    [Test]
    public void Recovery_TheOtherGoesDownMeanwhile_WhoIsLeftHasItsWholeWeight()
    {
        Pool pool = MakePool([1, 1]);
        SetHealth(pool, BackendHealth.Down, pool.Backends[0]);
        SetHealth(pool, BackendHealth.Up, pool.Backends[0]);
        _time.Advance(Step * 3);
        Assert.That(pool.Backends[0].WeightFactor, Is.EqualTo(30));

        SetHealth(pool, BackendHealth.Down, pool.Backends[1]);

        Assert.That(pool.Backends[0].WeightFactor, Is.EqualTo(Backend.WholeWeight));
    }

    [Test]
    public void Recovery_GoesDownAgain_BeginsAnew()
    {
        Pool pool = MakePool([1, 1]);
        Backend back = pool.Backends[0];
        SetHealth(pool, BackendHealth.Down, back);
        SetHealth(pool, BackendHealth.Up, back);
        _time.Advance(Step * 5);
        Assert.That(back.WeightFactor, Is.EqualTo(50));

        SetHealth(pool, BackendHealth.Down, back);
        Assert.That(_time.TimersWithin(TimeSpan.MaxValue / 2), Is.Zero, "timers left");
        SetHealth(pool, BackendHealth.Up, back);

        Assert.That(back.WeightFactor, Is.EqualTo(10));
        _time.Advance(Step * 3);
        Assert.That(back.WeightFactor, Is.EqualTo(30));
    }

    [Test]
    public void Maintenance_IsOver_StartsSlowly()
    {
        Pool pool = MakePool([1, 1]);
        SetAdmin(pool, AdminState.Maint);
        SetAdmin(pool, AdminState.Ready);
        Assert.That(pool.Backends[0].WeightFactor, Is.EqualTo(10));
    }

    [Test]
    public void Addition_ToAPoolThatServes_StartsSlowly()
    {
        Pool pool = MakePool([1, 1]);
        PoolConfig next = Config([1, 1, 1], Duration);
        Backend added = pool.AddNew(next).Single();
        BringUp(pool);

        pool.Apply(next, new FleetPlace(0));

        Assert.That(pool.Backends.Select(static one => one.WeightFactor), Is.EqualTo(new[] { 100, 100, 10 }));
        Assert.That(Share(pool, added, 10_000), Is.InRange(0.02, 0.09));
        _time.Advance(Duration);
        Assert.That(added.WeightFactor, Is.EqualTo(Backend.WholeWeight));
    }

    [Test]
    public void Addition_WithTheDurationThatThereWasNot_StartsSlowlyAlone()
    {
        Pool pool = MakePool([1, 1], duration: TimeSpan.Zero);
        PoolConfig next = Config([1, 1, 1], Duration);
        pool.AddNew(next);
        BringUp(pool);

        pool.Apply(next, new FleetPlace(0));

        Assert.That(pool.Backends.Select(static one => one.WeightFactor), Is.EqualTo(new[] { 100, 100, 10 }));
    }

    [Test]
    public void Duration_IsChangedMeanwhile_CountsFromThenOn()
    {
        Pool pool = MakePool([1, 1]);
        Backend back = pool.Backends[0];
        SetHealth(pool, BackendHealth.Down, back);
        SetHealth(pool, BackendHealth.Up, back);
        _time.Advance(Step * 2);
        Assert.That(back.WeightFactor, Is.EqualTo(20));

        pool.Apply(Config([1, 1], Duration / 2), new FleetPlace(0));
        _time.Advance(Step / 2);
        Assert.That(back.WeightFactor, Is.EqualTo(50));

        pool.Apply(Config([1, 1], TimeSpan.Zero), new FleetPlace(0));
        Assert.That(back.WeightFactor, Is.EqualTo(Backend.WholeWeight));
        Assert.That(_time.TimersWithin(TimeSpan.MaxValue / 2), Is.Zero, "timers left");
    }

    private static PoolConfig Config(int[] weights, TimeSpan duration)
    {
        PoolConfig pool = RunningBalancer
            .Service(weights.Select(static (_, i) => new IPEndPoint(IPAddress.Loopback, i + 1))).Pool;
        return pool with
        {
            SlowStart = new SlowStartConfig { Duration = duration },
            Backends = [.. pool.Backends.Zip(weights, static (one, weight) => one with { Weight = weight })],
        };
    }

    /// <summary>A pool that serves, all of its backends being up.</summary>
    private Pool MakePool(int[] weights, BalancePolicy policy = BalancePolicy.Ring, TimeSpan? duration = null)
    {
        PoolConfig config = Config(weights, duration ?? Duration) with { Balance = policy };
        Pool pool = new(config, new FleetPlace(0), _time, NullLogger.Instance);
        _slowStart = new SlowStart(pool, _time);
        pool.HoldPublishing();
        BringUp(pool);
        pool.ReleasePublishing();
        return pool;
    }

    private static void BringUp(Pool pool)
    {
        foreach (Backend backend in pool.Backends)
        {
            backend.SetEndpoint(new IpEndpoint(IpAddress.FromV4(1), backend.Port));
            SetHealth(pool, BackendHealth.Up, backend);
        }
    }

    private static void SetHealth(Pool pool, BackendHealth health, params Backend[] backends) => pool.Change(() =>
    {
        foreach (Backend backend in backends) backend.SetHealth(health);
        return true;
    });

    private static void SetAdmin(Pool pool, AdminState state) => pool.Change(() =>
    {
        pool.Backends[0].SetAdmin(state, Backend.Never);
        return true;
    });

    private static double Share(Pool pool, Backend backend, int flows) =>
        Enumerable.Range(0, flows).Count(i => Pick(pool, i) == backend) / (double)flows;

    private static Backend[] Owners(Pool pool) => [.. Enumerable.Range(0, 5000).Select(i => Pick(pool, i))];

    private static Backend Pick(Pool pool, int flow) => pool.Pick(
        new FlowKey(
            new IpEndpoint(IpAddress.FromV4((uint)flow), 1), new IpEndpoint(IpAddress.FromV4(1), 80), FlowProtocol.Tcp),
        [])!;
}
