using L4Balancer.Bench.Peers;
using NUnit.Framework;

namespace L4Balancer.Tests.Load;

public sealed class TurnOrderTests
{
    [Test]
    public void Of_AnyRound_IsEverybodyOnce([Range(1, 7)] int count, [Range(0, 15)] int round) =>
        Assert.That(TurnOrder.Of(Names(count), round), Is.EquivalentTo(Names(count)));

    [Test]
    public void Of_AllRounds_EverybodyHasEveryPlaceAndFollowsEverybodyEquallyOften(
        [Range(2, 7)] int count, [Values(0, 1, 5)] int firstRound)
    {
        int rounds = count % 2 == 0 ? count : count * 2;
        string[][] orders =
            [.. Enumerable.Range(firstRound, rounds).Select(round => TurnOrder.Of(Names(count), round).ToArray())];

        int[] places = [.. orders.SelectMany(static order => order.Index()).CountBy(static one => one).Select(Times)];
        int[] pairs = [.. orders.SelectMany(static order => order.Zip(order.Skip(1))).CountBy(static one => one)
            .Select(Times)];
        Assert.That(places, Is.EqualTo(Enumerable.Repeat(rounds / count, count * count)), "places");
        Assert.That(pairs, Is.EqualTo(Enumerable.Repeat(rounds / count, count * (count - 1))), "pairs");
    }

    private static int Times<T>(KeyValuePair<T, int> counted) => counted.Value;

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(static one => $"{one}")];
}
