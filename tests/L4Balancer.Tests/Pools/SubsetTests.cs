using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>The promises of subsets: all backends are loaded alike, and little moves.</summary>
public sealed class SubsetTests
{
    private const double Rounding = 1e-9;

    private sealed record Fleet(int Balancers, int Size, ulong Seed, IReadOnlyList<Member> Members)
    {
        public double Weight => Members.Sum(static one => one.Configured);

        public static Arbitrary<Fleet> Any => Gen.Choose(0, int.MaxValue).Select(Make).ToArbitrary();

        /// <summary>Which part of each backend a balancer has.</summary>
        public double[] Own(int index) => [.. Marked(index).Select(static one => one.Own)];

        /// <summary>The sums of that over all balancers.</summary>
        public double[] Sums() => [.. Enumerable.Range(0, Members.Count).Select(member =>
            Enumerable.Range(0, Balancers).Sum(index => Own(index)[member]))];

        public IReadOnlyList<Member> Marked(int index) => Subset.Mark(
            Members,
            new PoolConfig { Name = "pool", Backends = [], SubsetSize = Size },
            new FleetPlace(Seed) { Index = index, Size = Balancers });

        private static Fleet Make(int seed)
        {
            Random random = new(seed);
            int[] weights = random.Next(2) == 0 ? [1] : [1, 2, 5, 100];
            return new Fleet(random.Next(2, 20), random.Next(1, 30), (ulong)random.NextInt64(),
            [
                .. Enumerable.Range(0, random.Next(2, 60)).Select(i => new Member
                {
                    Backend = GeneratedPool.Named($"10.0.0.{i}:80"), Configured = weights[random.Next(weights.Length)],
                }),
            ]);
        }
    }

    [Test]
    public void Mark_AnyFleet_EveryBackendIsReachedByEquallyManyBalancers() => Check(static fleet =>
        Assert.That(fleet.Sums(), Is.All.EqualTo(Math.Round(fleet.Sums()[0])).Within(Rounding)));

    [Test]
    public void Mark_AnyFleet_EveryBalancerHasAboutAsMuchAsWasAskedFor() => Check(static fleet =>
    {
        double distance = (double)fleet.Members.Count / fleet.Balancers;
        double nearest = Math.Clamp(fleet.Size, distance, fleet.Members.Count);
        for (int index = 0; index < fleet.Balancers; index++)
        {
            double weight = fleet.Marked(index).Sum(static one => one.Own * one.Configured);
            double backends = weight / fleet.Weight * fleet.Members.Count;
            Assert.That(backends, Is.EqualTo(nearest).Within((distance / 2) + Rounding));
        }
    });

    [Test]
    public void Mark_AnyFleet_WhoIsReachedByOneBalancerAloneIsInPartAtTheEnds() => Check(static fleet =>
    {
        for (int index = 0; index < fleet.Balancers; index++)
        {
            Assert.That(fleet.Own(index).Count(static one => one is > Rounding and < 1 - Rounding), Is.AtMost(2));
        }
    });

    [Test]
    public void Mark_OneBackendLess_TheOthersMoveByAtMostItsWeightAtEitherEnd() => Check(static fleet =>
    {
        int gone = fleet.Members.Count / 2;
        Fleet less = fleet with { Members = [.. fleet.Members.Where((_, i) => i != gone)] };
        double distances = Math.Abs(fleet.Sums()[0] - less.Sums()[0]);
        double most = (2 * fleet.Members[gone].Configured) + (distances * fleet.Weight / fleet.Balancers);
        for (int index = 0; index < fleet.Balancers; index++)
        {
            double[] before = [.. fleet.Own(index).Where((_, i) => i != gone)];
            double moved = before.Zip(less.Own(index), static (one, other) => Math.Abs(one - other))
                .Zip(less.Members, static (part, one) => part * one.Configured).Sum();
            Assert.That(moved, Is.AtMost(most + Rounding));
        }
    });

    [Test]
    public void Mark_AnotherOrderOfTheList_SameParts() => Check(static fleet =>
    {
        Fleet reversed = fleet with { Members = [.. fleet.Members.Reverse()] };
        Assert.That(reversed.Own(0).Reverse(), Is.EqualTo(fleet.Own(0)));
    });

    [Test]
    public void Mark_AnotherSeed_OtherNeighbours()
    {
        Fleet fleet = new(10, 10, 1, [.. Enumerable.Range(0, 100).Select(static i => new Member
        {
            Backend = GeneratedPool.Named($"10.0.0.{i}:80"),
        })]);

        Assert.That((fleet with { Seed = 2 }).Own(0), Is.Not.EqualTo(fleet.Own(0)));
    }

    /// <summary>With the weights that selectors take every backend has the same load, but for rounding.</summary>
    [TestCase(12, 20, 100)]
    [TestCase(7, 3, 10)]
    [TestCase(5, 21, 100)]
    public void Of_AllBalancersOfAFleet_LoadEveryBackendAlike(int balancers, int size, int backends)
    {
        Member[] members = [.. Enumerable.Range(0, backends).Select(static i => new Member
        {
            Backend = GeneratedPool.Named($"10.0.0.{i}:80"),
        })];
        PoolConfig config = new() { Name = "pool", Backends = [], SubsetSize = size };
        Dictionary<string, double> loads = members.ToDictionary(static one => one.Backend.Name, static _ => 0.0);
        for (int index = 0; index < balancers; index++)
        {
            CandidateLevel own = Composition.Of(
                members, config, new FleetPlace(9) { Index = index, Size = balancers }).Levels[0];
            double weight = own.Candidates.Sum(static one => one.Weight);
            foreach ((Backend backend, int part) in own.Candidates) loads[backend.Name] += part / weight / balancers;
        }

        Assert.That(loads.Values, Is.All.EqualTo(1.0 / backends).Within(1).Percent);
    }

    private static void Check(Action<Fleet> property) =>
        Prop.ForAll(Fleet.Any, property).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(100));
}
