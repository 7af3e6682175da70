using L4Balancer.Backends;
using L4Balancer.Net;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>The table of Maglev, against values from elsewhere.</summary>
internal sealed class MaglevSelectorTests
{
    /// <summary>
    /// Recipe: the algorithm of the paper's listing with offset XXH64(name, 0) modulo M and skip XXH64(name, 1) modulo
    /// M - 1, plus 1; with weights, candidates take as many turns in a row as they weigh.
    /// </summary>
    [TestCase(7, new[] { 1, 1, 1, 1, 1, 1 }, "2 4 0 1 5 0 3")]
    [TestCase(17, new[] { 1, 2 }, "1 0 0 1 0 1 1 0 1 1 1 1 1 0 1 0 1")]
    public void Build_KnownNames_IsTheKnownTable(int size, int[] weights, string table)
    {
        Backend[] backends = [.. weights.Select(static (weight, i) => Selecting.Named($"127.0.0.1:{90 + i}", weight))];
        Assert.That(string.Join(' ', Table(new MaglevSelector(Selecting.Candidates(backends), size, 0), size)),
            Is.EqualTo(table));
    }

    /// <summary>
    /// Pins the table against change, since a fleet that is upgraded node by node must go on picking alike. Recipe: the
    /// owners of the 65,537 slots as bytes, from an independent program of the same definition, through XXH64.
    /// </summary>
    [Test]
    public void Build_WeightsAndSeed_IsTheSameOnEveryNode()
    {
        Backend[] backends =
        [
            Selecting.Named("10.0.0.11:8080", 1), Selecting.Named("10.0.0.12:8080", 3),
            Selecting.Named("10.0.0.13:8080", 2),
        ];
        MaglevSelector maglev = new(Selecting.Candidates(backends), 65_537, seed: 7);
        byte[] owners = [.. Table(maglev, 65_537).Select(static owner => (byte)owner)];
        Assert.That(XxHash64.Hash(owners, 0), Is.EqualTo(0xc1898e563df803aeUL));
    }

    [TestCase(65_537)]
    [TestCase(655_373)]
    public void Shares_AnyWeights_AreExactToASlotForEachTurnOfTheHeaviest(int size)
    {
        Backend[] backends = [.. Enumerable.Range(1, 256).Select(static i => Selecting.Named($"b{i}", i))];
        MaglevSelector maglev = new(Selecting.Candidates(backends), size, 0);
        double all = backends.Sum(static one => one.Weight);
        foreach ((string name, double share) in maglev.Names.Zip(maglev.Shares()))
        {
            int weight = backends.Single(one => one.Name == name).Weight;
            Assert.That(share * size, Is.EqualTo(weight / all * size).Within(1.5), name);
        }
    }

    [Test]
    public void Build_MoreBackendsThanSlots_EachSlotHasOneAndAllAreFoundInTheEnd()
    {
        Backend[] backends = Selecting.Backends(20, most: 1);
        MaglevSelector maglev = new(Selecting.Candidates(backends), 7, 0);
        HashSet<Backend> found = [];
        while (maglev.Pick(1, []) is { } next)
        {
            next.TryBeginSession();
            Assert.That(found.Add(next));
        }

        Assert.That(found, Has.Count.EqualTo(20));
    }

    [Test]
    public void Pick_OtherSeed_OtherPicks()
    {
        Candidate[] candidates = Selecting.Candidates(Selecting.Backends(10));
        MaglevSelector one = new(candidates, 65_537, 1);
        MaglevSelector two = new(candidates, 65_537, 2);
        int same = Selecting.Hashes(10_000).Count(hash => one.Pick(hash, []) == two.Pick(hash, []));
        Assert.That(same, Is.InRange(700, 1300)); // One in ten by chance.
    }

    /// <summary>The owner of each slot, asked for at its middle.</summary>
    private static IEnumerable<int> Table(MaglevSelector maglev, int size)
    {
        ulong step = ulong.MaxValue / (ulong)size;
        return Enumerable.Range(0, size).Select(slot => maglev.OwnerOf(((ulong)slot * step) + (step / 2)));
    }
}
