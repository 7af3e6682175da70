using System.Net;
using L4Balancer.Config;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests;

/// <summary>How descriptors are divided.</summary>
public sealed class BalancerLimitsTests
{
    [TestCase(1024, 384)]
    [TestCase(20_000, 9872)]
    [TestCase(1_048_576, 524_160)]
    [TestCase(258, 1)]
    public void Of_NothingConfigured_HalfOfWhatTheReserveLeaves(int descriptors, int connections)
    {
        BalancerLimits limits = BalancerLimits.Of(Config(backends: 2), descriptors);

        Assert.That((limits.MaxConnections, limits.MaxConnectionsDerived), Is.EqualTo((connections, true)));
    }

    [TestCase(100, 100, false)]
    [TestCase(384, 384, false)]
    [TestCase(385, 384, true)]
    public void Of_Configured_CutToWhatTheDescriptorsAllow(int configured, int connections, bool derived)
    {
        GlobalConfig global = new() { Shards = 1, MaxConnections = configured };
        BalancerConfig config = Config(backends: 2) with { Global = global };
        BalancerLimits limits = BalancerLimits.Of(config, 1024);

        Assert.That((limits.MaxConnections, limits.MaxConnectionsDerived), Is.EqualTo((connections, derived)));
    }

    [Test]
    public void Of_VeryManyBackends_TheirProbesAreSetAside() =>
        Assert.That(BalancerLimits.Of(Config(backends: 230), 1024).MaxConnections, Is.EqualTo(384 - 100));

    [Test]
    public void Of_MoreBackendsThanProbesAtOnce_TheProbesAreSetAside()
    {
        BalancerConfig config = Config(backends: 1000);
        BalancerConfig fewer = config with { Global = config.Global with { MaxProbes = 30 } };

        Assert.That(BalancerLimits.Of(config, 1024).MaxConnections, Is.EqualTo(384 - 113));
        Assert.That(BalancerLimits.Of(fewer, 1024).MaxConnections, Is.EqualTo(384));
    }

    [Test]
    public void Of_BackendsThatAFileLists_AsManyProbesAsThereMayBeAreSetAside()
    {
        BalancerConfig config = Config(backends: 1);
        ServiceConfig service = config.Services[0];
        ServiceConfig listed = service with { Pool = service.Pool with { BackendsFile = "/web.json", Backends = [] } };
        HealthConfig none = new() { Type = ProbeType.None };

        Assert.That(Most(listed), Is.EqualTo(384 - 113));
        Assert.That(Most(listed with { Pool = listed.Pool with { Health = none } }), Is.EqualTo(384));

        int Most(ServiceConfig one) => BalancerLimits.Of(config with { Services = [one] }, 1024).MaxConnections;
    }

    [TestCase(64)]
    [TestCase(257)]
    public void Of_TooFew_SaysHowManyAreNeeded(int descriptors)
    {
        BalancerStartException? error =
            Assert.Throws<BalancerStartException>(() => BalancerLimits.Of(Config(backends: 2), descriptors));

        Assert.That(error!.Message, Does.StartWith($"{descriptors} descriptors are too few").And.Contain("256"));
    }

    /// <summary>Two listeners on one shard, and as many backends, all probed.</summary>
    private static BalancerConfig Config(int backends)
    {
        IPEndPoint backend = new(IPAddress.Loopback, 1);
        ServiceConfig service = RunningBalancer.Service(Enumerable.Repeat(backend, backends));
        ListenAddress address = service.Listen[0];
        return new BalancerConfig
        {
            Global = new GlobalConfig { Shards = 1 },
            Services = [service with { Listen = [address, address], Pool = service.Pool with { Health = new() } }],
        };
    }
}
