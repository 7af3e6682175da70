using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Tests.Daemon.Logging;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>What a pool tells of itself, and that it does so once.</summary>
public sealed class PoolNewsTests
{
    private RecordingLogger _log = new();

    [SetUp]
    public void ForgetTheLog() => _log = new RecordingLogger();

    [Test]
    public void Publish_PrimariesGoAndComeBack_FailoverAndReturnAreTold()
    {
        Pool pool = Make(static config => config, Named("a"), Named("b") with { Backup = true });

        Set(pool, "a", up: false);
        Set(pool, "b", up: true); // No news.
        Set(pool, "a", up: true);

        Assert.That(_log.Lines, Is.EqualTo(new[]
        {
            "pool p serves with 2 of 2 backends",
            "pool p fails over: new flows go to its backups",
            "pool p is back: new flows go to priority 0",
        }));
    }

    [Test]
    public void Move_PoolWasGivenUp_NothingIsTold()
    {
        Pool pool = Make(static config => config, Named("a"));
        pool.Retire();

        pool.Move(new FleetPlace(0) { Away = ["z"] });

        Assert.That(_log.Lines, Is.EqualTo(new[] { "pool p serves with 1 of 1 backends" }));
    }

    [Test]
    public void Publish_TooFewAndThenNoneAndThenEnough_PanicIsToldFromBeginningToEnd()
    {
        Pool pool = Make(
            static config => config with { PanicThreshold = 0.6 }, Named("a"), Named("b"), Named("c"));

        Set(pool, "a", up: false);
        Set(pool, "b", up: false);
        Set(pool, "c", up: false);
        Set(pool, "a", up: true);
        Set(pool, "b", up: true);

        Assert.That(_log.Lines.Skip(1), Is.EqualTo(new[]
        {
            "pool p panics: fewer backends are available than panic.threshold says, and 3 of 3 are used whatever "
                + "probes say",
            "pool p has no available backend and opens: 3 of 3 are used whatever probes say",
            "pool p panics: fewer backends are available than panic.threshold says, and 3 of 3 are used whatever "
                + "probes say",
            "pool p goes by its probes again",
        }));
    }

    [Test]
    public void Publish_OwnZoneIsShortAndRecovers_SpillingIsTold()
    {
        Pool pool = Make(
            static config => config with { Zones = new ZonesConfig { PreferLocal = true, SpillBelow = 1 } },
            Named("a") with { Zone = "z" }, Named("b") with { Zone = "z" }, Named("c"));

        Set(pool, "a", up: false);
        Set(pool, "a", up: true);

        Assert.That(_log.Lines.Skip(1), Is.EqualTo(new[]
        {
            "pool p has too little left in its own zone: 50 % of new flows go to other zones",
            "pool p no longer sends flows to other zones for want of its own",
        }));
    }

    [Test]
    public void Publish_ThereIsNothingAtTheStart_OnlyThatIsTold()
    {
        Pool pool = new(
            new PoolConfig { Name = "p", Backends = [Named("a")] }, new FleetPlace(0), TimeProvider.System, _log);
        pool.ReleasePublishing();

        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("has no available backend"));
    }

    private static BackendConfig Named(string name) => new() { Name = name, Host = "192.0.2.1", Port = 80 };

    private static void Set(Pool pool, string name, bool up) => pool.Change(() =>
    {
        pool.Backends.Single(one => one.Name == name).SetHealth(up ? BackendHealth.Up : BackendHealth.Down);
        return true;
    });

    private Pool Make(Func<PoolConfig, PoolConfig> change, params BackendConfig[] backends)
    {
        PoolConfig config = change(new PoolConfig { Name = "p", Backends = backends });
        Pool pool = new(config, new FleetPlace(0) { Zone = "z" }, TimeProvider.System, _log);
        pool.Change(() =>
        {
            foreach (Backend backend in pool.Backends)
            {
                backend.SetEndpoint(new IpEndpoint(IpAddress.FromV4(0x7F00_0001), 80));
                backend.SetHealth(BackendHealth.Up);
            }

            return true;
        });
        return pool;
    }
}
