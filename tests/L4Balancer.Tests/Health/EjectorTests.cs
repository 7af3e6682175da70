using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>When failed connects take a backend out, for how long, and when they may not.</summary>
public sealed class EjectorTests
{
    private static readonly TimeSpan Base = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();

    [Test]
    public async Task Failed_EnoughInARow_EjectsAndReinstatesAfterTheBaseTime()
    {
        Pool pool = MakePool(3);
        using Ejector ejector = MakeEjector(pool);
        await EjectAsync(ejector, pool.Backends[0]);
        await Eventually.TrueAsync(() => pool.Available == 2, "a publish");

        _time.Advance(Base - TimeSpan.FromTicks(1));
        Assert.That(pool.Backends[0].IsEjected, Is.True);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(pool.Backends[0].IsEjected, Is.False);
        await Eventually.TrueAsync(() => pool.Available == 3, "a publish"); // Which whoever publishes still may do.
    }

    [Test]
    public async Task Failed_ASuccessBetween_StartsTheCountAnew()
    {
        Pool pool = MakePool(3);
        using Ejector ejector = MakeEjector(pool);
        Fail(ejector, pool.Backends[0], 4);
        pool.Backends[0].ForgetFailures();
        Fail(ejector, pool.Backends[0], 4);

        // The other one's ejection shows that the first has had its chance to be ejected too.
        await EjectAsync(ejector, pool.Backends[1]);
        Assert.That(pool.Backends[0].IsEjected, Is.False);
    }

    [Test]
    public async Task Failed_LongAfterTheLastFailure_StartsTheCountAnew()
    {
        Pool pool = MakePool(3);
        using Ejector ejector = MakeEjector(pool);
        for (int failure = 0; failure < 10; failure++)
        {
            Fail(ejector, pool.Backends[0], 1);
            _time.Advance(Base + TimeSpan.FromTicks(1));
        }

        await EjectAsync(ejector, pool.Backends[1]);
        Assert.That(pool.Backends[0].IsEjected, Is.False);

        for (int failure = 0; failure < 5; failure++)
        {
            _time.Advance(Base / 2);
            Fail(ejector, pool.Backends[0], 1);
        }

        await Eventually.TrueAsync(() => pool.Backends[0].IsEjected, "an ejection");
    }

    [Test]
    public async Task Failed_AgainSoonAfter_TakesLongerEachTimeUpToTheMaximum()
    {
        Pool pool = MakePool(3, new EjectionConfig { Base = Base, Max = Base * 2.5 });
        using Ejector ejector = MakeEjector(pool);
        foreach (double length in new[] { 1, 2, 2.5, 2.5 })
        {
            await EjectAsync(ejector, pool.Backends[0]);
            _time.Advance((Base * length) - TimeSpan.FromTicks(1));
            Assert.That(pool.Backends[0].IsEjected, Is.True, $"before {length} times the base");
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.That(pool.Backends[0].IsEjected, Is.False, $"after {length} times the base");
        }
    }

    [Test]
    public async Task Failed_AfterItStayedInForLong_BeginsWithTheBaseTimeAgain()
    {
        Pool pool = MakePool(3);
        using Ejector ejector = MakeEjector(pool);
        await EjectAsync(ejector, pool.Backends[0]);
        _time.Advance(Base + Base + TimeSpan.FromSeconds(1));
        await EjectAsync(ejector, pool.Backends[0]);

        _time.Advance(Base);
        Assert.That(pool.Backends[0].IsEjected, Is.False);
    }

    [Test]
    public async Task Failed_EjectionIsToLastForAYear_Ejects()
    {
        TimeSpan year = TimeSpan.FromDays(365);
        Pool pool = MakePool(3, new EjectionConfig { Base = year, Max = year });
        using Ejector ejector = new(pool, TimeProvider.System, NullLogger.Instance);
        await EjectAsync(ejector, pool.Backends[0]);

        await Eventually.TrueAsync(() => pool.Available == 2, "a publish");
    }

    [TestCase(10, 0.5, 5)]
    [TestCase(3, 0.0, 1, Description = "one may always be ejected")]
    [TestCase(3, 1.0, 2, Description = "the last available one never is")]
    [TestCase(2, 0.5, 1)]
    [TestCase(1, 1.0, 0)]
    public async Task Failed_AllBackends_OnlyTheShareIsEjected(int backends, double share, int ejected)
    {
        Pool pool = MakePool(backends, new EjectionConfig { Failures = 1, MaxEjected = share });
        using Ejector ejector = MakeEjector(pool);
        foreach (Backend backend in pool.Backends) ejector.Failed(backend);
        await Eventually.TrueAsync(() => Ejected(pool) == ejected, $"{ejected} ejections");
        await ThreadPoolIsIdleAsync();

        Assert.That(Ejected(pool), Is.EqualTo(ejected));
        await Eventually.TrueAsync(() => pool.Available == backends - ejected, "a publish");
    }

    [Test]
    public async Task Failed_EjectionTurnedOff_NothingHappens()
    {
        Pool pool = MakePool(2, new EjectionConfig { Failures = 0 });
        using Ejector ejector = MakeEjector(pool);
        Fail(ejector, pool.Backends[0], 100);
        await ThreadPoolIsIdleAsync();

        Assert.That(pool.Available, Is.EqualTo(2));
    }

    private static async Task EjectAsync(Ejector ejector, Backend backend)
    {
        Fail(ejector, backend, 5);
        await Eventually.TrueAsync(() => backend.IsEjected, "an ejection");
    }

    private static void Fail(Ejector ejector, Backend backend, int times)
    {
        for (int i = 0; i < times; i++) ejector.Failed(backend);
    }

    /// <summary>Returns when what was queued before has been run.</summary>
    private static Task ThreadPoolIsIdleAsync() =>
        Eventually.TrueAsync(static () => ThreadPool.PendingWorkItemCount == 0, "an idle thread pool");

    private static int Ejected(Pool pool) => pool.Backends.Count(static backend => backend.IsEjected);

    private static Pool MakePool(int backends, EjectionConfig? ejection = null)
    {
        PoolConfig config = new()
        {
            Name = "pool",
            Ejection = ejection ?? new EjectionConfig { Base = Base },
            Backends = [.. Enumerable.Range(1, backends).Select(Backend)],
        };
        Pool pool = new(config, new FleetPlace(0), TimeProvider.System, NullLogger.Instance);
        pool.Change(() =>
        {
            foreach (Backend backend in pool.Backends)
            {
                backend.SetEndpoint(new IpEndpoint(IpAddress.FromV4(0xC0000201), backend.Port));
                backend.SetHealth(BackendHealth.Up);
            }

            return true;
        });
        return pool;
    }

    private static BackendConfig Backend(int number) =>
        new() { Name = $"b{number}", Host = $"192.0.2.{number}", Port = 80 };

    private Ejector MakeEjector(Pool pool) => new(pool, _time, NullLogger.Instance);
}
