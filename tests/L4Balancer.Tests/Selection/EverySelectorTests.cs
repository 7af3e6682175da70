using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>What every policy promises.</summary>
[TestFixtureSource(typeof(Selecting), nameof(Selecting.Policies))]
internal sealed class EverySelectorTests(BalancePolicy policy)
{
    private const int Flows = 100_000;

    private static readonly int[][] Weights =
        [[1, 1], [1, 2, 5], [256, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [7, 11, 13]];

    /// <summary>
    /// How far a share may be off, in flows: by the ring's points (one deviation is 1/sqrt(256 for each weight) of the
    /// share) and by the draw of the flows; by one flow for its weight where sessions are counted.
    /// </summary>
    private double Bound(int weight, int allWeight, bool held)
    {
        double share = (double)weight / allWeight;
        double drawn = Selecting.FiveDeviations(share, Flows);
        return policy switch
        {
            BalancePolicy.Ring => drawn + (5 * share * Flows / Math.Sqrt(256 * weight)),
            BalancePolicy.Maglev => drawn + (Flows / 65_537.0) + 1,
            BalancePolicy.RoundRobin => 2,
            BalancePolicy.LeastConnections when held => weight + 1,
            BalancePolicy.PowerOfTwo or BalancePolicy.LeastLatency or BalancePolicy.LeastTraffic when held =>
                4 * Math.Max(weight, allWeight / 10.0),
            _ => drawn,
        };
    }

    [TestCaseSource(nameof(Weights))]
    public void Pick_FlowsThatStay_SharesFollowTheWeights(params int[] weights) => AssertShares(weights, held: true);

    [TestCaseSource(nameof(Weights))]
    public void Pick_FlowsThatEndAtOnce_SharesFollowTheWeights(params int[] weights) =>
        AssertShares(weights, held: false);

    [Test]
    public void Pick_BackendsTried_NeverPicksThemAndEndsWhenAllAre([Values(1, 2, 5, 100)] int count)
    {
        Backend[] backends = Selecting.Backends(count);
        ISelector selector = Selecting.Make(policy, backends);
        foreach (ulong hash in Selecting.Hashes(20))
        {
            List<Backend> tried = [];
            while (selector.Pick(hash, tried.ToArray()) is { } next)
            {
                Assert.That(tried, Does.Not.Contain(next));
                tried.Add(next);
            }

            Assert.That(tried, Is.EquivalentTo(backends));
        }
    }

    [Test]
    public void Pick_BackendsWithRoomForSomeFlows_FillsEachAndEndsWhenAllAreFull()
    {
        const int Most = 7;
        Backend[] backends = [.. Selecting.Backends(20, most: Most), Selecting.Named("heavy", 256, Most)];
        ISelector selector = Selecting.Make(policy, backends);
        int taken = 0;
        foreach (ulong hash in Selecting.Hashes(1000))
        {
            if (selector.Pick(hash, []) is not { } backend) break;
            Assert.That(backend.IsFull, Is.False);
            backend.TryBeginSession();
            taken++;
        }

        Assert.That(taken, Is.EqualTo(backends.Length * Most));
        Assert.That(selector.Pick(1, []), Is.Null);
        backends[3].EndSession();
        Assert.That(selector.Pick(1, []), Is.SameAs(backends[3]));
        Assert.That(selector.Pick(1, [backends[3]]), Is.Null);
    }

    [Test]
    public void Pick_ThousandFullBackendsOfGreatestWeight_FindsTheOneWithRoom()
    {
        Backend[] backends = [.. Selecting.Backends(1000, 256, most: 1), Selecting.Named("small", 1, most: 1)];
        foreach (Backend backend in backends[..^1]) backend.TryBeginSession();
        ISelector selector = Selecting.Make(policy, backends);
        foreach (ulong hash in Selecting.Hashes(100)) Assert.That(selector.Pick(hash, []), Is.SameAs(backends[^1]));
    }

    [Test]
    public void Pick_AnyFlow_AllocatesNothing()
    {
        Backend[] backends = Selecting.Backends(100, most: 20);
        ISelector selector = Selecting.Make(policy, backends);
        Assert.That(
            Allocations.OfThousand(hash => selector.Pick(hash * 0x9E3779B97F4A7C15, [])?.TryBeginSession()), Is.Zero);
        foreach (Backend backend in backends) backend.Occupy(20);
        Assert.That(Allocations.OfThousand(hash => selector.Pick(hash * 0x9E3779B97F4A7C15, [])), Is.Zero);
    }

    [Test]
    public void Pick_SeveralThreadsAtOnce_EachGetsAnAnswerAndNobodyIsLeftOut()
    {
        const int Threads = 4;
        Backend[] backends = Selecting.Backends(7);
        PoolConfig config = new() { Name = "test", Backends = [], Balance = policy };
        ISelector selector = Selecting.Make(config, backends, random: Random.Shared); // One for any thread.
        int missing = 0;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            foreach (ulong hash in Selecting.Hashes(Flows / Threads, seed: thread))
            {
                if (selector.Pick(hash, []) is not { } backend)
                {
                    Interlocked.Increment(ref missing);
                    continue;
                }

                backend.TryBeginSession();
                backend.CountEstablished();
            }
        });

        Assert.That(missing, Is.Zero);
        Assert.That(backends.Sum(static one => one.TotalSessions), Is.EqualTo(Flows));
        foreach (Backend backend in backends)
        {
            // Threads that look at the same time see the same loads: each may be wrong by one.
            double expected = Flows / (double)backends.Length;
            Assert.That(backend.TotalSessions, Is.EqualTo(expected).Within(Bound(1, 7, held: true) + (2 * Threads)));
        }
    }

    /// <summary>States change often where probes flap; who stands first in a list must not profit by it.</summary>
    [Test]
    public void Pick_NewSnapshotForEveryFlow_SharesStayEven()
    {
        const int Snapshots = 3000;
        Random random = new(1);
        Backend[] backends = Selecting.Backends(5);
        Dictionary<Backend, int> counts = Selecting.Hashes(Snapshots)
            .CountBy(hash => Small().Pick(hash, [])!).ToDictionary();

        double ring = policy == BalancePolicy.Ring ? 5 * Snapshots / 5.0 / Math.Sqrt(256) : 0;
        Assert.That(
            backends.Select(one => counts.GetValueOrDefault(one)),
            Is.All.EqualTo(Snapshots / 5.0).Within(Selecting.FiveDeviations(0.2, Snapshots) + ring + 15));

        ISelector Small() => Selecting.Make(
            new PoolConfig
            {
                Name = "test", Backends = [], Balance = policy, Maglev = new MaglevConfig { TableSize = 251 },
            },
            backends,
            random: random);
    }

    [Test]
    public void Shares_WhereTheyAreKnown_AreThoseOfThePicks()
    {
        Backend[] backends = [Selecting.Named("a", 1), Selecting.Named("b", 3), Selecting.Named("c", 12)];
        if (Selecting.Make(policy, backends) is not IKnownShares selector)
        {
            Assert.That(policy, Is.GreaterThanOrEqualTo(BalancePolicy.PowerOfTwo));
            return;
        }

        Dictionary<Backend, int> counts = selector.Counts(Flows);
        Assert.That(selector.Shares().Sum(), Is.EqualTo(1).Within(1e-9));
        foreach ((string name, double share) in selector.Names.Zip(selector.Shares()))
        {
            int count = counts[backends.Single(one => one.Name == name)];
            Assert.That(count, Is.EqualTo(share * Flows).Within(Selecting.FiveDeviations(share, Flows)), name);
        }
    }

    private void AssertShares(int[] weights, bool held)
    {
        Backend[] backends = [.. weights.Select(static (weight, i) => Selecting.Named($"b{i}", weight))];
        Dictionary<Backend, int> counts = Selecting.Make(policy, backends).Counts(Flows, held);
        int all = weights.Sum();
        Assert.Multiple(() =>
        {
            foreach (Backend backend in backends)
            {
                Assert.That(
                    counts.GetValueOrDefault(backend),
                    Is.EqualTo((double)Flows * backend.Weight / all).Within(Bound(backend.Weight, all, held)),
                    $"{backend.Name} of weight {backend.Weight}");
            }
        });
    }
}
