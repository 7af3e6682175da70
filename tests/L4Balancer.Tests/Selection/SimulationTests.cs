using L4Balancer.Bench.Simulation;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>What docs/policies.md concludes from the simulation.</summary>
internal sealed class SimulationTests
{
    private static readonly int Slow = Array.IndexOf(Scenario.Servers, "slow");

    [Test]
    public void Of_SamePolicyTwice_SameCurves()
    {
        PolicyRun one = Run(BalancePolicy.LeastLatency);
        PolicyRun other = Run(BalancePolicy.LeastLatency);

        Assert.That(other.Open, Is.EqualTo(one.Open));
    }

    [Test]
    public void Of_PoliciesThatLookAtNoLoad_FlowsPileUpAtTheSlowServerUnlessBounded()
    {
        Assert.That(Run(BalancePolicy.Ring).Open[Slow].Max(), Is.GreaterThan(5000));
        Assert.That(Run(BalancePolicy.Ring, maxLoad: 1.25).Open[Slow].Max(), Is.LessThan(100));
        Assert.That(Run(BalancePolicy.PowerOfTwo).Open[Slow].Max(), Is.LessThan(100));
        Assert.That(Run(BalancePolicy.LeastTraffic).Open[Slow].Max(), Is.LessThan(200));
    }

    [Test]
    public void Of_AServerThatResetsAll_DrawsFlowsByItsSessionsAndNoneByItsLatency()
    {
        double atRandom = Run(BalancePolicy.Random).Failed;
        Assert.That(Run(BalancePolicy.LeastConnections).Failed, Is.GreaterThan(4 * atRandom));
        Assert.That(Run(BalancePolicy.PowerOfTwo).Failed, Is.InRange(1.5 * atRandom, 2.5 * atRandom));
        Assert.That(Run(BalancePolicy.LeastLatency).Failed, Is.LessThan(atRandom / 10));
    }

    private static PolicyRun Run(BalancePolicy policy, double maxLoad = 0) =>
        PolicyRun.Of(new PoolConfig { Name = "test", Backends = [], Balance = policy, MaxLoad = maxLoad });
}
