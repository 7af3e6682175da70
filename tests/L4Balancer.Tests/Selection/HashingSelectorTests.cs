using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>What the policies promise that place a flow by its hash.</summary>
[TestFixtureSource(typeof(Selecting), nameof(Selecting.HashingPolicies))]
internal sealed class HashingSelectorTests(BalancePolicy policy)
{
    private const int Flows = 100_000;

    /// <summary>
    /// Flows that Maglev moves beside those that it must, as a share of all: below 2 % up to 100 backends in the
    /// default table (the paper has it growing with backends for each slot).
    /// </summary>
    private double Extra => policy == BalancePolicy.Maglev ? 0.02 : 0;

    [Test]
    public void Pick_BackendsListedInAnyOrder_SamePicks()
    {
        Backend[] backends = [.. Enumerable.Range(1, 20).Select(static i => Selecting.Named($"b{i}", i))];
        Backend[] shuffled = [.. backends];
        new Random(3).Shuffle(shuffled);
        ISelector one = Selecting.Make(policy, backends);
        ISelector other = Selecting.Make(policy, shuffled);
        foreach (ulong hash in Selecting.Hashes(10_000))
        {
            Assert.That(other.Pick(hash, []), Is.SameAs(one.Pick(hash, [])));
        }
    }

    [Test]
    public void Pick_OneOfSeveralLeavesOrJoins_FewFlowsMoveButItsOwn([Values(2, 10, 100)] int count)
    {
        Backend[] backends = Selecting.Backends(count);
        ISelector whole = Selecting.Make(policy, backends);
        ISelector without = Selecting.Make(policy, backends[1..], weightOfAll: count);
        int own = 0;
        int others = 0;
        foreach (ulong hash in Selecting.Hashes(Flows))
        {
            Backend before = whole.Pick(hash, [])!;
            if (before == backends[0]) own++;
            else if (without.Pick(hash, []) != before) others++;
        }

        Assert.That(others, Is.AtMost(Extra * Flows));
        Assert.That(own, Is.AtMost(Flows * 1.4 / count));
    }

    [Test]
    public void Pick_OneLeaves_ItsFlowsSpreadOverAllOthers()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector whole = Selecting.Make(policy, backends);
        ISelector without = Selecting.Make(policy, backends[1..], weightOfAll: 10);
        Dictionary<Backend, int> moved = Selecting.Hashes(Flows).Where(hash => whole.Pick(hash, []) == backends[0])
            .CountBy(hash => without.Pick(hash, [])!).ToDictionary();

        Assert.That(moved, Has.Count.EqualTo(9));
        Assert.That(moved.Values, Is.All.GreaterThan(moved.Values.Sum() / 30));
    }

    [Test]
    public void Pick_OneTried_ItsFlowsSpreadOverAllOthers()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector selector = Selecting.Make(policy, backends);
        Dictionary<Backend, int> next = Selecting.Hashes(Flows).Where(hash => selector.Pick(hash, []) == backends[0])
            .CountBy(hash => selector.Pick(hash, backends.AsSpan(0, 1))!).ToDictionary();

        Assert.That(next, Has.Count.EqualTo(9));
        Assert.That(next.Values, Is.All.GreaterThan(next.Values.Sum() / 30));
    }

    [Test]
    public void OwnerOf_AnyPlace_IsWhomAPickTakes()
    {
        IFlowPlacement placement = (IFlowPlacement)Selecting.Make(policy, Selecting.Backends(50));
        foreach (ulong hash in Selecting.Hashes(10_000))
        {
            Assert.That(placement.Names[placement.OwnerOf(hash)], Is.EqualTo(placement.Pick(hash, [])!.Name));
        }
    }

    [TestCase(1.25)]
    [TestCase(1.05)]
    [TestCase(2)]
    public void Pick_MaxLoad_NoBackendEverHasMore(double maxLoad)
    {
        Backend[] backends = [.. Selecting.Backends(10), Selecting.Named("heavy", 5)];
        ISelector selector = Selecting.Make(policy, backends, maxLoad);
        Queue<Backend> open = [];
        int all = 0;
        foreach (ulong hash in Selecting.Hashes(20_000))
        {
            Backend backend = selector.Pick(hash, [])!;
            Assert.That(
                backend.ActiveSessions + 1, Is.AtMost(Math.Ceiling(maxLoad * (all + 1) * backend.Weight / 15)));
            backend.TryBeginSession();
            open.Enqueue(backend);
            if (++all <= 5000) continue;

            open.Dequeue().EndSession();
            all--;
        }
    }

    [Test]
    public void Pick_MaxLoadOfManyBackends_IsOffByLessThanTheFlowsNotCountedYet()
    {
        const int Count = 1000;
        Backend[] backends = Selecting.Backends(Count);
        ISelector selector = Selecting.Make(policy, backends, maxLoad: 1.1);
        int all = 0;
        foreach (ulong hash in Selecting.Hashes(30_000))
        {
            Backend backend = selector.Pick(hash, [])!;
            backend.TryBeginSession();
            Assert.That(backend.ActiveSessions, Is.AtMost(Math.Ceiling(1.1 * ++all / Count)));
        }

        Assert.That(backends.Select(static one => one.ActiveSessions), Is.All.AtLeast(10));
    }

    [Test]
    public void Pick_MaxLoadOfAHotClient_SpreadsOverTheBackendsInTheOrderOfItsHash()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector unbounded = Selecting.Make(policy, backends);
        ISelector selector = Selecting.Make(policy, backends, maxLoad: 1.25);
        const ulong Hash = 0x1234_5678_9ABC_DEF0;
        for (int i = 0; i < 1000; i++) selector.Pick(Hash, [])!.TryBeginSession();

        Assert.That(unbounded.Pick(Hash, [])!.ActiveSessions, Is.EqualTo(125));
        Assert.That(backends.Max(static one => one.ActiveSessions), Is.EqualTo(125));
    }

    [Test]
    public void Pick_MaxLoadAndNoBackendOverIt_SamePicksAsWithout()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector plain = Selecting.Make(policy, backends);
        ISelector bounded = Selecting.Make(policy, backends, maxLoad: 1.25);
        foreach (Backend backend in backends) backend.Occupy(1000);
        foreach (ulong hash in Selecting.Hashes(10_000))
        {
            Assert.That(bounded.Pick(hash, []), Is.SameAs(plain.Pick(hash, [])));
        }
    }

    [Test]
    public void Pick_MaxLoadAndAllBelowItTried_TakesOneAboveRatherThanNone()
    {
        Backend[] backends = Selecting.Backends(3);
        backends[0].Occupy(100);
        ISelector selector = Selecting.Make(policy, backends, maxLoad: 1.25);
        Assert.That(selector.Pick(1, [backends[1], backends[2]]), Is.SameAs(backends[0]));
    }

    [Test]
    public void SlotWalk_AnyTable_LooksAtFewSlotsMoreThanThereAreCandidates()
    {
        Candidate[] candidates = Selecting.Candidates(Selecting.Backends(1000));
        Assert.That(new SlotWalk(candidates, 1 << 20, 0).MostSlots, Is.EqualTo(1064));
        Assert.That(new SlotWalk(candidates, 7, 0).MostSlots, Is.EqualTo(7));
    }
}
