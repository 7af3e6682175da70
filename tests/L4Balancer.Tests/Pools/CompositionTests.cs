using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>What holds of the levels of any pool in any state.</summary>
public sealed class CompositionTests
{
    [Test]
    public void Of_AnyPool_EachStandsOnceWithAWeightThatSelectorsTake() => Check(static pool =>
    {
        Assert.That(pool.Candidates, Is.Unique);
        Assert.That(
            pool.Composition.Levels.SelectMany(static level => level.Candidates).Select(static one => one.Weight),
            Is.All.InRange(1, 256));
    });

    [Test]
    public void Of_AnyPool_WhoIsNotWantedNeverStands() => Check(static pool => Assert.That(
        pool.Candidates.Intersect(Backends(pool, static one => !one.IsWanted)), Is.Empty));

    [Test]
    public void Of_AnyPool_WhoIsAvailableStands() => Check(static pool => Assert.That(
        Backends(pool, static one => one.IsAvailable), Is.SubsetOf(pool.Candidates)));

    [Test]
    public void Of_AnyPool_WhoIsNotAvailableStandsInPanicAlone() => Check(static pool =>
    {
        IEnumerable<Backend> forced = pool.Candidates.Except(Backends(pool, static one => one.IsAvailable));
        IEnumerable<Backend> said = pool.Composition.Levels.Where(static level => level.IsForced)
            .SelectMany(static level => level.Candidates).Select(static one => one.Backend);

        Assert.That(forced, Is.SubsetOf(said));
        Assert.That(said.Any(), Is.EqualTo(pool.Composition.Panic != PanicReason.None));
    });

    [Test]
    public void Of_AnyPool_FirstTierWithSomethingAvailableServesAndTheOthersFollowInTheirOrder() => Check(static pool =>
    {
        int[] tiers = [.. pool.Composition.Levels.Select(static level => level.Tier)];
        int[] available = [.. pool.Members.Where(static one => one.IsAvailable).Select(static one => one.Tier)];

        Assert.That(tiers, Is.Ordered);
        Assert.That(pool.Composition.Tier, Is.EqualTo(tiers.Length > 0 ? tiers[0] : null));
        if (available.Length > 0) Assert.That(tiers[0], Is.EqualTo(available.Min()));
    });

    [Test]
    public void Of_NothingAvailable_AllThatAreWantedServeOrNobodyDoes() => Check(static pool =>
    {
        GeneratedPool down = pool with { Members = [.. pool.Members.Select(static one => one with
        {
            IsAvailable = false,
        })] };
        bool opens = pool.Config is { WhenDown: WhenDown.Open } or { PanicThreshold: > 0 };

        Assert.That(down.Candidates, Is.EquivalentTo(Backends(down, one => opens && one.IsWanted)));
    });

    [Test]
    public void Of_NoSubset_PanicsWhereTheTierThatServesHasFewerThanTheThreshold() => Check(static pool =>
    {
        pool = pool with { Config = pool.Config with { SubsetSize = 0 } };
        if (pool.Members.Where(static one => one.IsAvailable).MinBy(static one => one.Tier) is not { } first) return;

        Member[] wanted = [.. pool.Members.Where(one => one.Tier == first.Tier && one.IsWanted)];
        double share = (double)wanted.Count(static one => one.IsAvailable) / wanted.Length;
        bool panics = share < pool.Config.PanicThreshold;

        Assert.That(pool.Composition.Panic, Is.EqualTo(panics ? PanicReason.TooFew : PanicReason.None));
        if (panics) Assert.That(wanted.Select(static one => one.Backend), Is.SubsetOf(pool.Candidates));
    });

    [Test]
    public void Of_AnyPool_LevelsDoNotDependOnTheOrderOfTheList() => Check(static pool =>
    {
        Member[] shuffled = [.. pool.Members];
        new Random(shuffled.Length).Shuffle(shuffled);

        Assert.That(Levels(pool with { Members = shuffled }), Is.EqualTo(Levels(pool)));
    });

    [Test]
    public void Of_AnyPool_OnlyTheFirstLevelIsInUse() => Check(static pool => Assert.That(
        pool.Composition.Levels.Select(static level => level.Use == BackendUse.InUse),
        Is.EqualTo(pool.Composition.Levels.Select(static (_, i) => i == 0))));

    [Test]
    public void Of_SubsetWithNothingLeft_TheRestOfItsTierServesBeforeTheNextTier()
    {
        FleetPlace place = new(1) { Index = 0, Size = 4 };
        PoolConfig config = new() { Name = "pool", Backends = [], SubsetSize = 2 };
        Member[] members =
        [
            .. Enumerable.Range(0, 8).Select(static i => new Member { Backend = GeneratedPool.Named($"b{i}") }),
            new Member { Backend = GeneratedPool.Named("backup"), Tier = BackendConfig.BackupTier },
        ];
        HashSet<Backend> own = [.. Composition.Of(members, config, place).Levels[0].Candidates.Select(
            static one => one.Backend)];

        Composition without = Composition.Of(
            [.. members.Select(one => one with { IsAvailable = !own.Contains(one.Backend) })], config, place);

        Assert.That(own, Has.Count.EqualTo(2));
        Assert.That(without.Levels.Select(static level => level.Candidates.Length), Is.EqualTo(new[] { 6, 1 }));
    }

    private static void Check(Action<GeneratedPool> property) =>
        Prop.ForAll(GeneratedPool.Any, property).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300));

    private static IEnumerable<Backend> Backends(GeneratedPool pool, Func<Member, bool> which) =>
        pool.Members.Where(which).Select(static one => one.Backend);

    private static string[] Levels(GeneratedPool pool) =>
    [
        .. pool.Composition.Levels.Select(static level => $"{level.Tier} {level.Use} {level.IsForced} "
            + string.Join(' ', level.Candidates.Select(static one => $"{one.Backend.Name}={one.Weight}").Order())),
    ];
}
