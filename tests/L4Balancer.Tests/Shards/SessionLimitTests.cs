using L4Balancer.Shards;
using NUnit.Framework;

namespace L4Balancer.Tests.Shards;

/// <summary>The bound is never passed, by no interleaving, and no place is lost.</summary>
public sealed class SessionLimitTests
{
    [Test]
    public void Reserve_BoundReached_NamesTheLimitThatIs()
    {
        SessionLimit whole = new(3);
        SessionLimit part = new(2, whole);
        Assert.That(new[] { part.Reserve(), part.Reserve() }, Is.All.Null);
        Assert.That(part.Reserve(), Is.SameAs(part));
        Assert.That(whole.Reserve(), Is.Null);
        part.Release();
        Assert.That(whole.Reserve(), Is.Null);
        Assert.That(part.Reserve(), Is.SameAs(whole));
        Assert.That((part.Open, whole.Open), Is.EqualTo((1, 3)));
    }

    [Test]
    public void Reserve_FromManyThreads_NeverOverTheBoundAndBackToZero()
    {
        SessionLimit whole = new(5);
        SessionLimit[] parts = [new(3, whole), new(4, whole)];
        int inside = 0;
        int most = 0;
        Parallel.For(0, 8, worker =>
        {
            SessionLimit part = parts[worker % 2];
            for (int i = 0; i < 20_000; i++)
            {
                if (part.Reserve() is not null) continue;

                int now = Interlocked.Increment(ref inside);
                lock (whole) most = Math.Max(most, now);
                Interlocked.Decrement(ref inside);
                part.Release();
            }
        });

        Assert.That(most, Is.InRange(1, 5));
        Assert.That((whole.Open, parts[0].Open, parts[1].Open), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void Peak_PlacesReservedAndGivenBack_CountsThoseThatWereUsed()
    {
        SessionLimit limit = new(10);
        for (int session = 0; session < 3; session++)
        {
            limit.Reserve();
            limit.Use();
        }

        limit.Reserve(); // For an accept that finds nobody.
        limit.Release();
        limit.Release();
        Assert.That(limit.Peak, Is.EqualTo(3));
    }
}
