using L4Balancer.Backends;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>What comparing two is good for.</summary>
internal sealed class PowerOfTwoSelectorTests
{
    [Test]
    public void Pick_Two_TakesTheOneWithFewerSessionsForItsWeight()
    {
        Backend small = Selecting.Named("small", 1);
        Backend large = Selecting.Named("large", 10);
        PowerOfTwoSelector selector = new(Selecting.Candidates([small, large]), new Random(1));
        small.Occupy(3);
        large.Occupy(29);
        for (int i = 0; i < 100; i++) Assert.That(selector.Pick(0, []), Is.SameAs(large));

        large.Occupy(2);
        for (int i = 0; i < 100; i++) Assert.That(selector.Pick(0, []), Is.SameAs(small));
    }

    /// <summary>
    /// The greatest of n loads is above the mean by about log2(log2(n)) (Berenbrink and others, 2000), however many
    /// flows; at random it would be by 3.7 deviations, 117.
    /// </summary>
    [Test]
    public void Pick_FlowsThatStay_LoadsDifferByFew()
    {
        Backend[] backends = Selecting.Backends(100);
        new PowerOfTwoSelector(Selecting.Candidates(backends), new Random(1)).Counts(100_000, held: true);

        Assert.That(backends.Max(static one => one.ActiveSessions), Is.AtMost(1000 + 5));
    }

    [Test]
    public void Pick_OneIsEmpty_GetsTwiceItsShareAtMost()
    {
        const int Flows = 20_000;
        Backend[] backends = Selecting.Backends(10);
        foreach (Backend backend in backends[1..]) backend.Occupy(Flows);
        PowerOfTwoSelector selector = new(Selecting.Candidates(backends), new Random(1));

        Assert.That(
            selector.Counts(Flows)[backends[0]],
            Is.EqualTo(0.2 * Flows).Within(Selecting.FiveDeviations(0.2, Flows)));
    }
}
