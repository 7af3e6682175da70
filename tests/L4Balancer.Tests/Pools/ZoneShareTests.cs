using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>What goes to other zones is a matter of weights, so that every policy keeps to it.</summary>
public sealed class ZoneShareTests
{
    private const int Flows = 20_000;

    [Test]
    public void Pick_SixOfTenAreLeft_OneFlowInSevenGoesElsewhere([Values] BalancePolicy policy)
    {
        PoolConfig config = new()
        {
            Name = "pool", Backends = [], Balance = policy, Zones = new ZonesConfig { PreferLocal = true },
        };
        Member[] members =
        [
            .. Enumerable.Range(0, 10).Select(static i => Zoned("a", i) with { IsAvailable = i < 6 }),
            .. Enumerable.Range(0, 5).Select(static i => Zoned("b", i)),
        ];
        Composition composition = Composition.Of(members, config, new FleetPlace(3) { Zone = "a" });
        ISelector selector = Selectors.Make(
            config, composition.Levels[0].Candidates, composition.Weights, 3, random: new Random(1));

        Random random = new(1);
        int elsewhere = 0;
        for (int i = 0; i < Flows; i++)
        {
            Backend backend = selector.Pick((ulong)random.NextInt64(long.MinValue, long.MaxValue), [])!;
            backend.TryBeginSession(); // None ends, so that the policies which count see what they did.
            if (backend.Zone == "b") elsewhere++;
        }

        Assert.That((double)elsewhere / Flows, Is.EqualTo(1 / 7.0).Within(0.03));
    }

    private static Member Zoned(string zone, int number) =>
        new() { Backend = GeneratedPool.Named($"{zone}{number}", zone), Zone = zone };
}
