using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Telemetry;

/// <summary>Which flows leave a record.</summary>
public sealed class FlowLogTests
{
    [TestCase(true, 1, 100, 100)]
    [TestCase(true, 0, 0, 100)]
    [TestCase(false, 0, 0, 0)]
    [TestCase(true, 10, 10, 100)]
    public void Wants_HundredFlowsOfEachKind_AsManyAsTheFilterSays(bool errors, int oneIn, int ordinary, int bad)
    {
        FlowLog log = new(new FlowLogFilter(errors, oneIn));

        Assert.That(Wanted(log, CloseReason.Normal), Is.EqualTo(ordinary));
        Assert.That(Wanted(log, CloseReason.ServerRefused), Is.EqualTo(bad));
    }

    private static int Wanted(FlowLog log, CloseReason reason) =>
        Enumerable.Range(0, 100).Count(_ => log.Wants(reason, FlowProtocol.Tcp));
}
