using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Pools;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>How flows are divided between the own zone and the others.</summary>
public sealed class ZonePreferenceTests
{
    /// <summary>The table of docs/tiers.md.</summary>
    [TestCase(10, 1.0)]
    [TestCase(7, 1.0)]
    [TestCase(6, 6 / 7.0)]
    [TestCase(3, 3 / 7.0)]
    [TestCase(0, 0.0)]
    public void Divide_SomeOfTenAreLeft_OwnShareIsAsDocumented(int left, double share)
    {
        Member[] tier = [.. Members("a", 10), .. Members("b", 20)];
        Member[] serving = [.. tier.Skip(10 - left)];

        (Candidate[] first, _, double spilled) = Preference(0.7, tier).Divide(serving, tier);

        double own = (double)Weight(first, "a") / first.Sum(static one => one.Weight);
        Assert.That(own, Is.EqualTo(share).Within(0.001));
        Assert.That(spilled, Is.EqualTo(1 - share).Within(0.001));
    }

    [Test]
    public void Divide_AnyTier_WhatIsMissingGoesElsewhereAndNobodyGetsMoreThanAtHome() => Check(static (tier, share) =>
    {
        Member[] serving = [.. tier.Where(static one => one.IsAvailable)];
        ZonePreference zones = Preference(share, tier);
        double Exact(string zone) => serving.Where(one => one.Zone == zone).Sum(zones.Weights.Exact);
        if (Exact("a") == 0) return;

        (Candidate[] first, Candidate[] then, _) = zones.Divide(serving, tier);

        double whole = tier.Where(static one => one.Zone == "a").Sum(static one => one.Configured)
            * (double)zones.Weights.Scale;
        double missing = Math.Clamp((share * whole) - Exact("a"), 0, Exact("b"));
        Assert.That(Weight(first, "b"), Is.EqualTo(missing).Within(0.5 + 1e-6));
        Assert.That(first.Concat(then).Count(), Is.EqualTo(serving.Length));
        foreach (Candidate one in first.Where(static one => one.Backend.Zone == "b"))
        {
            Member member = serving.Single(other => other.Backend == one.Backend);
            Assert.That(one.Weight, Is.LessThan(zones.Weights.Exact(member) + 1));
        }
    });

    [Test]
    public void Divide_AnyTier_OwnZonesWeightsStayWhateverTheOthersDo() => Check(static (tier, share) =>
    {
        Member[] serving = [.. tier.Where(static one => one.IsAvailable)];
        ZonePreference zones = Preference(share, tier);
        Candidate[] all = [.. zones.Divide(serving, tier).First.Where(static one => one.Backend.Zone == "a")];

        Assert.That(all, Is.EqualTo(serving.Where(static one => one.Zone == "a").Select(zones.Weights.Candidate)));
    });

    [Test]
    public void Divide_NoZoneOfItsOwn_AllAreAlike()
    {
        Member[] tier = [.. Members("a", 3), .. Members("b", 2)];

        (Candidate[] first, Candidate[] then, double spilled) =
            new ZonePreference("", 0.7, FineWeights.Of(tier, hasParts: true)).Divide(tier, tier);

        Assert.That((first.Length, then.Length, spilled), Is.EqualTo((5, 0, 0.0)));
    }

    [TestCase(5, 1, 256)]
    [TestCase(50, 100, 2)]
    [TestCase(500, 11, 16)]
    [TestCase(5000, 1, 128)]
    public void Weights_PartsOrNot_ARingHasTheSamePoints(int members, int weight, int scale)
    {
        Member[] tier = [.. Members("a", members).Select(one => one with { Weight = weight, Configured = weight })];
        (FineWeights whole, FineWeights fine) = (FineWeights.Of(tier, false), FineWeights.Of(tier, true));
        RingSelector one = new([.. tier.Select(whole.Candidate)], whole.WeightOfAll, 1);
        RingSelector other = new([.. tier.Select(fine.Candidate)], fine.WeightOfAll, 1, scale: fine.Scale);

        Assert.That(fine.Scale, Is.EqualTo(scale));
        Random random = new(1);
        for (int i = 0; i < 10_000; i++)
        {
            ulong hash = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            Assert.That(other.Pick(hash, []), Is.SameAs(one.Pick(hash, [])));
        }
    }

    private static void Check(Action<Member[], double> property) => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            Random random = new(seed);
            int[] weights = random.Next(2) == 0 ? [1] : [1, 3, 256];
            Member[] tier =
            [
                .. Members("a", random.Next(1, 10)).Concat(Members("b", random.Next(30))).Select(one =>
                {
                    int weight = weights[random.Next(weights.Length)];
                    return one with { Weight = weight, Configured = weight, IsAvailable = random.Next(2) == 0 };
                }),
            ];
            property(tier, random.NextDouble());
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300));

    private static ZonePreference Preference(double spillBelow, Member[] tier) =>
        new("a", spillBelow, FineWeights.Of(tier, hasParts: true));

    private static IEnumerable<Member> Members(string zone, int count) => Enumerable.Range(0, count).Select(
        i => new Member { Backend = GeneratedPool.Named($"{zone}{i}", zone), Zone = zone });

    private static int Weight(IEnumerable<Candidate> candidates, string zone) =>
        candidates.Where(one => one.Backend.Zone == zone).Sum(static one => one.Weight);
}
