using L4Balancer.Backends;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>That turns are taken exactly and evenly.</summary>
internal sealed class RoundRobinSelectorTests
{
    [Test]
    public void Pick_AsManyFlowsAsBackends_EachHasOne([Values(1, 2, 3, 10, 1000)] int count)
    {
        Backend[] backends = Selecting.Backends(count);
        RoundRobinSelector selector = new(Selecting.Candidates(backends), new Random(1));
        for (int round = 0; round < 3; round++)
        {
            Assert.That(backends.Select(_ => selector.Pick(0, [])), Is.EquivalentTo(backends));
        }
    }

    [TestCase(1, 2, 5)]
    [TestCase(256, 1, 1, 1)]
    [TestCase(7, 11, 13)]
    [TestCase(64, 64, 32, 32, 16, 16, 1)]
    public void Pick_AnyWindowOfFlows_EachHasItsShareOfIt(params int[] weights)
    {
        Backend[] backends = [.. weights.Select(static (weight, i) => Selecting.Named($"b{i}", weight))];
        RoundRobinSelector selector = new(Selecting.Candidates(backends), new Random(1));
        int all = weights.Sum();
        Backend[] picks = [.. Enumerable.Range(0, 3 * all).Select(_ => selector.Pick(0, [])!)];
        foreach (Backend backend in backends)
        {
            // Turns of each are evenly spaced in time; a window of flows is one of time give or take a turn of each.
            double share = backend.Weight / (double)all;
            double bound = 1 + (backends.Length * share);
            for (int length = 1; length <= all; length++)
            {
                for (int from = 0; from < all; from += 1 + (all / 20))
                {
                    int count = picks.AsSpan(from, length).Count(backend);
                    if (Math.Abs(count - (length * share)) <= bound) continue; // A million assertions take long.

                    Assert.Fail($"{backend.Name} has {count} of {length} from {from}");
                }
            }

            Assert.That(picks.AsSpan(0, all).Count(backend), Is.EqualTo(backend.Weight));
        }
    }

    [Test]
    public void Pick_AHeavyOneAmongLightOnes_TheirTurnsStandApart()
    {
        Backend heavy = Selecting.Named("heavy", 5);
        Backend[] backends = [heavy, Selecting.Named("one"), Selecting.Named("other")];
        RoundRobinSelector selector = new(Selecting.Candidates(backends), new Random(1));
        string turns = string.Concat(Enumerable.Range(0, 70).Select(_ => selector.Pick(0, []) == heavy ? 'h' : '-'));

        Assert.That(turns, Does.Not.Contain("hhhh").And.Not.Contain("--"));
    }

    [Test]
    public void Pick_OneFull_ItsTurnsGoToAllOthers()
    {
        Backend[] backends = Selecting.Backends(10, most: 1);
        backends[4].TryBeginSession();
        RoundRobinSelector selector = new(Selecting.Candidates(backends), new Random(1));
        Dictionary<Backend, int> counts = selector.Counts(9000);

        Assert.That(counts, Has.Count.EqualTo(9));
        Assert.That(counts.Values, Is.All.EqualTo(1000));
    }

    [Test]
    public void Pick_SeveralThreadsAtOnce_TurnsAreAsExactAsFromOne()
    {
        const int Threads = 4;
        const int FlowsOfEach = 25_000;
        Backend[] backends = Selecting.Backends(8);
        RoundRobinSelector selector = new(Selecting.Candidates(backends), new Random(1));
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            for (int i = 0; i < FlowsOfEach; i++) selector.Pick(0, [])!.CountEstablished();
        });

        Assert.That(
            backends.Select(static one => one.TotalSessions), Is.All.EqualTo(Threads * FlowsOfEach / backends.Length));
    }

    [Test]
    public void Build_WeightsThatAskForTooManyTurns_AreRounded()
    {
        Backend[] backends = [.. Selecting.Backends(20_000, 255), Selecting.Named("light", 1)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        RoundRobinSelector selector = new(Selecting.Candidates(backends), new Random(1));

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(32 << 20));
        Assert.That(selector.Pick(0, []), Is.Not.Null);
    }
}
