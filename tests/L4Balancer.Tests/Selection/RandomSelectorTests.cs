using L4Balancer.Backends;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>That what one cannot take is drawn again, and not its neighbour's.</summary>
internal sealed class RandomSelectorTests
{
    private const int Flows = 100_000;

    [Test]
    public void Pick_OneTried_TheOthersShareItsFlowsByWeight()
    {
        Backend[] backends = [.. Enumerable.Range(1, 6).Select(static i => Selecting.Named($"b{i}", i))];
        RandomSelector selector = new(Selecting.Candidates(backends), new Random(1));
        int[] counts = new int[6];
        for (int i = 0; i < Flows; i++) counts[Array.IndexOf(backends, selector.Pick(0, backends.AsSpan(1, 1)))]++;

        Assert.That(counts[1], Is.Zero);
        foreach (int i in (int[])[0, 2, 3, 4, 5])
        {
            // Of those drawn four times in a row, (2/21)^4, the neighbour has all.
            double share = backends[i].Weight / 19.0;
            double bound = Selecting.FiveDeviations(share, Flows) + (Flows * Math.Pow(2 / 21.0, 4));
            Assert.That(counts[i], Is.EqualTo(share * Flows).Within(bound), backends[i].Name);
        }
    }

    [Test]
    public void Two_AnyWeights_AreDifferentAndEachIsSecondByWeight()
    {
        Backend[] backends = [.. Enumerable.Range(1, 4).Select(static i => Selecting.Named($"b{i}", i))];
        WeightedDraw draw = new(Selecting.Candidates(backends), new Random(1));
        int[,] pairs = new int[4, 4];
        for (int i = 0; i < Flows; i++)
        {
            (int first, int second) = draw.Two([]);
            pairs[first, second]++;
        }

        for (int first = 0; first < 4; first++)
        {
            for (int second = 0; second < 4; second++)
            {
                double share = first == second ? 0 : (first + 1) / 10.0 * (second + 1) / (10 - (first + 1));
                Assert.That(
                    pairs[first, second], Is.EqualTo(share * Flows).Within(Selecting.FiveDeviations(share, Flows)));
            }
        }
    }
}
