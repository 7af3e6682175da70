using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;

namespace L4Balancer.Tests.Pools;

/// <summary>Pools in any state, with any configuration of what comes first.</summary>
internal sealed record GeneratedPool(IReadOnlyList<Member> Members, PoolConfig Config, FleetPlace Place)
{
    private static readonly string[] Zones = ["", "a", "b", "c"];

    /// <summary>Any of them.</summary>
    public static Arbitrary<GeneratedPool> Any => Gen.Choose(0, int.MaxValue).Select(Make).ToArbitrary();

    /// <summary>What is made of it.</summary>
    public Composition Composition => Composition.Of(Members, Config, Place);

    /// <summary>Those that may take flows, in whatever level.</summary>
    public IEnumerable<Backend> Candidates =>
        Composition.Levels.SelectMany(static level => level.Candidates).Select(static one => one.Backend);

    /// <summary>One of them; the same for the same seed.</summary>
    public static GeneratedPool Make(int seed)
    {
        Random random = new(seed);
        int balancers = random.Next(1, 12);
        double good = random.NextDouble();
        int[] weights = random.Next(2) == 0 ? [1] : [0, 1, 2, 3, 7, 256];
        PoolConfig config = new()
        {
            Name = "pool",
            Backends = [],
            Zones = new ZonesConfig { PreferLocal = random.Next(2) == 0, SpillBelow = random.NextDouble() },
            SubsetSize = random.Next(3) == 0 ? random.Next(1, 20) : 0,
            PanicThreshold = random.Next(2) == 0 ? random.NextDouble() : 0,
            WhenDown = random.Next(2) == 0 ? WhenDown.Open : WhenDown.Refuse,
        };
        FleetPlace place = new((ulong)random.NextInt64())
        {
            Zone = Zones[random.Next(Zones.Length)], Index = random.Next(balancers), Size = balancers,
        };
        return new GeneratedPool(
            [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => MakeMember(i, random, good, weights))],
            config,
            place);
    }

    /// <summary>A backend that never has an address, for who only looks at its name.</summary>
    public static Backend Named(string name, string zone = "") =>
        new(new BackendConfig { Name = name, Host = "192.0.2.1", Port = 80, Zone = zone });

    private static Member MakeMember(int number, Random random, double good, int[] weights)
    {
        int weight = weights[random.Next(weights.Length)];
        bool isWanted = weight > 0 && random.Next(8) > 0;
        return new Member
        {
            Backend = Named($"b{number}"),
            Tier = random.Next(4) == 0 ? BackendConfig.BackupTier : random.Next(3),
            Zone = Zones[random.Next(Zones.Length)],
            Weight = weight,
            Configured = random.Next(8) == 0 ? weights[random.Next(weights.Length)] : weight,
            Factor = random.Next(8) == 0 ? random.Next(1, 101) : 100,
            IsWanted = isWanted,
            IsAvailable = isWanted && random.NextDouble() < good,
        };
    }
}
