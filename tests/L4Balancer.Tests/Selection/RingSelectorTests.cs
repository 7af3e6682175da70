using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>The promises of the ring: shares, stability, determinism, and bounded steps.</summary>
public sealed class RingSelectorTests
{
    private const int Flows = 100_000;

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(10)]
    [TestCase(100)]
    public void Pick_EqualWeights_SharesAreWithinFourDeviations(int backends)
    {
        RingSelector ring = Ring(Backends(backends));
        Dictionary<Backend, int> counts = Counts(ring);

        // One deviation of a share is about 1/sqrt(256) of it by the ring's points, and 1/sqrt(expected) by the flows
        // drawn.
        double expected = (double)Flows / backends;
        double bound = 4 * Math.Sqrt((1.0 / 256) + (1 / expected));
        Assert.That(counts, Has.Count.EqualTo(backends));
        Assert.That(counts.Values, Is.All.InRange(expected * (1 - bound), expected * (1 + bound)));
    }

    [Test]
    public void Pick_Weights_SharesFollowThem()
    {
        Backend[] backends = [Named("a", 1), Named("b", 2), Named("c", 5)];
        Dictionary<Backend, int> counts = Counts(Ring(backends));
        foreach (Backend backend in backends)
        {
            double expected = Flows * backend.Weight / 8.0;
            Assert.That(counts[backend], Is.InRange(expected * 0.75, expected * 1.25), backend.Name);
        }
    }

    [Test]
    public void Pick_BackendsListedInAnotherOrder_SamePicks()
    {
        Backend[] backends = Backends(20);
        RingSelector one = Ring(backends);
        RingSelector other = Ring([.. backends.Reverse()]);
        foreach (ulong hash in Hashes().Take(10_000)) Assert.That(other.Pick(hash, []), Is.SameAs(one.Pick(hash, [])));
    }

    [Test]
    public void Pick_OneBackendLeaves_OnlyItsFlowsMove()
    {
        Backend[] backends = Backends(10);
        RingSelector whole = Ring(backends);
        RingSelector without = Ring(backends[1..], weightOfAll: 10);
        foreach (ulong hash in Hashes().Take(Flows))
        {
            Backend before = whole.Pick(hash, [])!;
            if (before != backends[0]) Assert.That(without.Pick(hash, []), Is.SameAs(before));
        }
    }

    [Test]
    public void Pick_OneBackendLeaves_ItsFlowsSpreadOverTheOthersAndGoWhereARetryWouldGo()
    {
        Backend[] backends = Backends(10);
        RingSelector whole = Ring(backends);
        RingSelector without = Ring(backends[1..], weightOfAll: 10);
        ulong[] moved = [.. Hashes().Take(Flows).Where(hash => whole.Pick(hash, []) == backends[0])];

        Assert.That(moved.Select(hash => without.Pick(hash, [])).Distinct().Count(), Is.EqualTo(9));
        foreach (ulong hash in moved)
        {
            Assert.That(whole.Pick(hash, backends.AsSpan(0, 1)), Is.SameAs(without.Pick(hash, [])));
        }
    }

    [Test]
    public void Pick_BackendsTried_NeverPicksThemAndEndsWhenAllAre()
    {
        Backend[] backends = Backends(5);
        RingSelector ring = Ring(backends);
        foreach (ulong hash in Hashes().Take(1000))
        {
            List<Backend> tried = [];
            while (ring.Pick(hash, tried.ToArray()) is { } next)
            {
                Assert.That(tried, Does.Not.Contain(next));
                tried.Add(next);
            }

            Assert.That(tried, Is.EquivalentTo(backends));
        }
    }

    [Test]
    public void Pick_OtherSeed_OtherPicks()
    {
        Backend[] backends = Backends(10);
        RingSelector one = Ring(backends, seed: 1);
        RingSelector two = Ring(backends, seed: 2);
        int same = Hashes().Take(10_000).Count(hash => one.Pick(hash, []) == two.Pick(hash, []));
        Assert.That(same, Is.InRange(700, 1300)); // One in ten by chance.
    }

    /// <summary>
    /// Pins the ring against change, since a fleet that is upgraded node by node must go on picking alike. Recipe: an
    /// independent ring of a few lines over the definition (points and their order) and <c>xxhsum -H64</c>, see
    /// <see cref="PlainRing"/>.
    /// </summary>
    [Test]
    public void Pick_AnyHash_IsTheOwnerThatTheDefinitionGives()
    {
        Backend[] backends = [Named("10.0.0.11:8080", 1), Named("10.0.0.12:8080", 3), Named("10.0.0.13:8080", 2)];
        RingSelector ring = Ring(backends, seed: 7);
        PlainRing plain = new(backends, 256, 7);
        ulong[] ends = [0, 1, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63];
        foreach (ulong hash in ends.Concat(plain.Edges).Concat(Hashes().Take(10_000)))
        {
            Assert.That(ring.Pick(hash, [])!.Name, Is.EqualTo(plain.Pick(hash)));
        }
    }

    [Test]
    public void Build_HugeWeights_PointsStayBounded()
    {
        Backend[] backends = [.. Enumerable.Range(0, 1000).Select(static i => Named($"b{i}", 256))];
        RingSelector ring = Ring(backends);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = Ring(backends, 256_000);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 20));
        Assert.That(ring.Pick(12345, []), Is.Not.Null);
    }

    [Test]
    public void Pick_AnyHash_AllocatesNothing()
    {
        RingSelector ring = Ring(Backends(100));
        Assert.That(Allocations.OfThousand(hash => ring.Pick(hash * 0x9E3779B97F4A7C15, [])), Is.Zero);
    }

    private static RingSelector Ring(Backend[] backends, int? weightOfAll = null, ulong seed = 0) => new(
        [.. backends.Select(static backend => new Candidate(backend, backend.Weight))],
        weightOfAll ?? backends.Sum(static backend => backend.Weight),
        seed);

    private static Backend[] Backends(int count) =>
        [.. Enumerable.Range(0, count).Select(static i => Named($"10.0.0.{i}:80", 1))];

    private static Backend Named(string name, int weight) =>
        new(new BackendConfig { Name = name, Host = "192.0.2.1", Port = 80, Weight = weight });

    private static Dictionary<Backend, int> Counts(RingSelector ring) =>
        Hashes().Take(Flows).CountBy(hash => ring.Pick(hash, [])!).ToDictionary();

    /// <summary>Hashes as flows would have them: uniform over 64 bits, the same in every run.</summary>
    private static IEnumerable<ulong> Hashes()
    {
        Random random = new(1);
        while (true) yield return (ulong)random.NextInt64(long.MinValue, long.MaxValue);
    }
}
