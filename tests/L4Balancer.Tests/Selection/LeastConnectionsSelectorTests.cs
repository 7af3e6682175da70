using L4Balancer.Backends;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>That the one with the fewest sessions is found, and that one that has just come is not run over.</summary>
internal sealed class LeastConnectionsSelectorTests
{
    private static LeastConnectionsSelector Selector(Backend[] backends) =>
        new(Selecting.Candidates(backends), new Random(1));

    [Test]
    public void Pick_AnyLoads_IsOneOfThoseWithTheFewestSessionsForTheirWeight()
    {
        Random random = new(5);
        for (int round = 0; round < 200; round++)
        {
            Backend[] backends =
                [.. Enumerable.Range(0, random.Next(1, 30)).Select(i => Selecting.Named($"b{i}", random.Next(1, 9)))];
            LeastConnectionsSelector selector = Selector(backends); // While they are equal: none is behind.
            foreach (Backend backend in backends) backend.Occupy(random.Next(20));

            double least = backends.Min(static one => (double)one.ActiveSessions / one.Weight);
            Backend picked = selector.Pick(0, [])!;
            Assert.That((double)picked.ActiveSessions / picked.Weight, Is.EqualTo(least));
        }
    }

    [Test]
    public void Pick_SeveralEqual_AnyOfThemByWeight()
    {
        const int Flows = 20_000;
        Backend[] backends = [.. Selecting.Backends(3), Selecting.Named("heavy", 3)];
        backends[0].Occupy(1);
        Dictionary<Backend, int> counts = Selector(backends).Counts(Flows);

        // Draws of the one that is not equal fall to the next of the list: at most its share of 1 of 6.
        Assert.That(counts.ContainsKey(backends[0]), Is.False);
        Assert.That(counts[backends[2]], Is.EqualTo(Flows / 6.0).Within(Selecting.FiveDeviations(1 / 6.0, Flows)));
        Assert.That(counts[backends[3]], Is.EqualTo(Flows / 2.0).Within(Selecting.FiveDeviations(0.5, Flows)));
    }

    [Test]
    public void Pick_OneHasJustCome_GetsFourSharesUntilItHasCaughtUpAndThenItsOwn()
    {
        Backend[] backends = Selecting.Backends(20);
        foreach (Backend backend in backends[1..]) backend.Occupy(1000);
        LeastConnectionsSelector selector = Selector(backends);

        const int Flows = 2000;
        int first = selector.Counts(Flows, held: true)[backends[0]];
        Assert.That(first, Is.EqualTo(0.2 * Flows).Within(Selecting.FiveDeviations(0.2, Flows)));

        selector.Counts(20_000, held: true);
        int most = backends.Max(static one => one.ActiveSessions);
        Assert.That(backends.Select(static one => one.ActiveSessions), Is.All.InRange(most - 1, most));
        Assert.That(selector.Counts(10_000, held: true)[backends[0]], Is.InRange(498, 502));
    }

    [Test]
    public void Pick_MostHaveJustCome_GetAllUntilTheyHaveCaughtUp()
    {
        Backend[] backends = Selecting.Backends(4);
        backends[0].Occupy(1000);
        Dictionary<Backend, int> counts = Selector(backends).Counts(3000, held: true);

        Assert.That(counts.GetValueOrDefault(backends[0]), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Pick_FewSessionsInAll_NobodyCountsAsJustCome()
    {
        Backend[] backends = Selecting.Backends(10);
        foreach (Backend backend in backends[1..]) backend.Occupy(8);
        LeastConnectionsSelector selector = Selector(backends);
        for (int i = 0; i < 100; i++) Assert.That(selector.Pick(0, []), Is.SameAs(backends[0]));
    }

    [Test]
    public void Pick_OnlyThoseThatHaveJustComeAreNotTried_TakesThem()
    {
        Backend[] backends = Selecting.Backends(20);
        foreach (Backend backend in backends[1..]) backend.Occupy(1000);
        Assert.That(Selector(backends).Pick(0, backends.AsSpan(1)), Is.SameAs(backends[0]));
    }

    [Test]
    public void Pick_MoreBackendsThanAreLookedAt_FindsTheOnlyOneWithRoom()
    {
        Backend[] backends = Selecting.Backends(3000, most: 1);
        foreach (Backend backend in backends) backend.TryBeginSession();
        LeastConnectionsSelector selector = Selector(backends);
        Assert.That(selector.Pick(0, []), Is.Null);

        backends[2500].EndSession();
        for (int i = 0; i < 20; i++) Assert.That(selector.Pick(0, []), Is.SameAs(backends[2500]));
    }
}
