using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Net;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>When the share of flows that fail takes a backend out, and what brings it back.</summary>
public sealed class EjectionShareTests
{
    private static readonly EjectionConfig Share = new()
    {
        Failures = 0, FailureShare = 0.3, MinFlows = 20, Window = TimeSpan.FromSeconds(10), MaxEjected = 1,
    };

    private static readonly TimeSpan Look = Share.Window / FailureWindow.Looks;

    private readonly ManualTime _time = new();

    [TestCase(14, 6, true, Description = "as many as it takes")]
    [TestCase(15, 5, false, Description = "too small a share")]
    [TestCase(13, 6, false, Description = "too few flows")]
    [TestCase(0, 20, true)]
    [TestCase(1000, 299, false)]
    [TestCase(700, 300, true)]
    [TestCase(1000, 0, false)]
    public void Look_FlowsOfOneWindow_AreJudgedByTheShareThatFailed(int good, int failed, bool isEjected)
    {
        using Ejector ejector = Make(Share, out Pool pool);
        _time.Advance(Look);
        Have(ejector, pool.Backends[0], good, failed);
        _time.Advance(Look);

        Assert.That(pool.Backends[0].IsEjected, Is.EqualTo(isEjected));
        Assert.That(pool.Available, Is.EqualTo(isEjected ? 2 : 3));
    }

    [Test]
    public void Look_FailuresThatLieFurtherBackThanTheWindow_DoNotCount()
    {
        using Ejector ejector = Make(Share, out Pool pool);
        _time.Advance(Look);
        for (int look = 0; look < 5 * FailureWindow.Looks; look++)
        {
            // Of ten looks one has failures: a quarter of a whole window, and less before there is one.
            bool isBad = look % FailureWindow.Looks == FailureWindow.Looks - 1;
            Have(ejector, pool.Backends[0], isBad ? 0 : 6, isBad ? 18 : 0);
            _time.Advance(Look);
            Assert.That(pool.Backends[0].IsEjected, Is.False, $"look {look}");
        }

        Have(ejector, pool.Backends[0], 0, 18);
        _time.Advance(Look);
        Assert.That(pool.Backends[0].IsEjected, Is.True, "36 of 90 by now");
    }

    [Test]
    public void Look_EstablishedFlowsFailLater_CountOnce()
    {
        using Ejector ejector = Make(Share with { FailureShare = 0.5 }, out Pool pool);
        _time.Advance(Look);
        for (int flow = 0; flow < 30; flow++) pool.Backends[0].CountEstablished();
        for (int flow = 0; flow < 14; flow++) ejector.Failed(pool.Backends[0], wasEstablished: true);
        _time.Advance(Look);
        Assert.That(pool.Backends[0].IsEjected, Is.False, "14 of 30");

        ejector.Failed(pool.Backends[0], wasEstablished: true);
        _time.Advance(Look);
        Assert.That(pool.Backends[0].IsEjected, Is.True, "15 of 30");
    }

    [Test]
    public void Look_AllFail_TheLastOneStays()
    {
        using Ejector ejector = Make(Share, out Pool pool);
        _time.Advance(Look);
        foreach (Backend backend in pool.Backends) Have(ejector, backend, 0, 100);
        _time.Advance(Look);
        _time.Advance(Look);

        Assert.That(pool.Available, Is.EqualTo(1));
    }

    [Test]
    public void Reinstated_WhatFailedBefore_DoesNotEjectItAgain()
    {
        using Ejector ejector = Make(Share with { Base = TimeSpan.FromSeconds(2) }, out Pool pool);
        _time.Advance(Look);
        Have(ejector, pool.Backends[0], 0, 100);
        _time.Advance(Look);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(pool.Backends[0].IsEjected, Is.False);

        _time.Advance(Share.Window);
        Assert.That(pool.Backends[0].IsEjected, Is.False, "although that was within the window");
        Assert.That(ejector.StatusOf(pool.Backends[0]).Ejections, Is.EqualTo(1));
    }

    [Test]
    public void Reinstate_ByProbe_IsAtTheFirstGoodOneOnceItsTimeHasPassed()
    {
        EjectionConfig config = Share with { Reinstate = Reinstatement.Probe, Base = TimeSpan.FromSeconds(30) };
        using Ejector ejector = Make(config, out Pool pool);
        Backend backend = pool.Backends[0];
        _time.Advance(Look);
        Have(ejector, backend, 0, 100);
        _time.Advance(Look);
        ejector.FoundGood(backend);
        _time.Advance(config.Base - TimeSpan.FromTicks(1));
        ejector.FoundGood(backend);
        Assert.That(backend.IsEjected, Is.True, "too early");

        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(backend.IsEjected, Is.True, "without a good probe");
        ejector.FoundGood(backend);
        Assert.That((backend.IsEjected, pool.Available), Is.EqualTo((false, 3)));
        ejector.FoundGood(backend);
        Assert.That(ejector.StatusOf(backend), Is.EqualTo((1L, (DateTimeOffset?)null)));
    }

    [Test]
    public void Reconsider_ProbesAreNoLongerAwaited_ItIsBackAtOnce()
    {
        using Ejector ejector = Make(Share with { Reinstate = Reinstatement.Probe }, out Pool pool);
        _time.Advance(Look);
        Have(ejector, pool.Backends[0], 0, 100);
        _time.Advance(Look);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(pool.Backends[0].IsEjected, Is.True);

        pool.Apply(pool.Config with { Ejection = Share }, new FleetPlace(0));
        ejector.Reconsider();
        Assert.That(pool.Backends[0].IsEjected, Is.False);
    }

    [Test]
    public void Reconsider_ShareIsConfiguredOnlyThen_ItIsLookedAtFromThen()
    {
        using Ejector ejector = Make(new EjectionConfig { Failures = 0 }, out Pool pool);
        Have(ejector, pool.Backends[0], 0, 100);
        pool.Apply(pool.Config with { Ejection = Share }, new FleetPlace(0));
        ejector.Reconsider();
        _time.Advance(Look);
        Assert.That(pool.Backends[0].IsEjected, Is.False, "what was before does not count");

        Have(ejector, pool.Backends[0], 0, 100);
        _time.Advance(Look);
        Assert.That(pool.Backends[0].IsEjected, Is.True);
    }

    /// <summary>Flows that the connects of clients would have.</summary>
    private static void Have(Ejector ejector, Backend backend, int good, int failed)
    {
        for (int flow = 0; flow < good; flow++) backend.CountEstablished();
        for (int flow = 0; flow < failed; flow++) ejector.Failed(backend);
    }

    private Ejector Make(EjectionConfig ejection, out Pool pool)
    {
        PoolConfig config = new()
        {
            Name = "pool",
            Ejection = ejection,
            Backends =
            [
                .. Enumerable.Range(1, 3).Select(static number => new BackendConfig
                {
                    Name = $"b{number}", Host = $"192.0.2.{number}", Port = 80,
                }),
            ],
        };
        Pool made = pool = new Pool(config, new FleetPlace(0), _time, NullLogger.Instance);
        made.Change(() =>
        {
            foreach (Backend backend in made.Backends)
            {
                backend.SetEndpoint(new IpEndpoint(IpAddress.FromV4(0xC0000201), backend.Port));
                backend.SetHealth(BackendHealth.Up);
            }

            return true;
        });
        return new Ejector(made, _time, NullLogger.Instance);
    }
}
