using L4Balancer.Backends;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>The places for sessions that a backend has.</summary>
public sealed class BackendPlacesTests
{
    [Test]
    public async Task Threads_TakeAndGiveBackAtOnce_NeverTooMany([Values(1, 2)] int places)
    {
        const int Threads = 4;
        const int Times = 200_000;
        Backend backend = new(Config(places));
        int most = 0;
        int open = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < Times; i++)
                {
                    if (!backend.TryBeginSession()) continue;

                    int now = Interlocked.Increment(ref open);
                    if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                    Interlocked.Decrement(ref open);
                    backend.EndSession();
                }
            },
            TaskCreationOptions.LongRunning)));

        Assert.That(most, Is.InRange(1, places));
        Assert.That(backend.ActiveSessions, Is.Zero);
    }

    [Test]
    public void Limit_IsChanged_CountsFromThenOn()
    {
        Backend backend = new(Config(1));
        Assert.That((backend.TryBeginSession(), backend.TryBeginSession()), Is.EqualTo((true, false)));

        backend.Configure(Config(0));
        Assert.That((backend.TryBeginSession(), backend.IsFull), Is.EqualTo((true, false)));
        backend.Configure(Config(2));
        Assert.That((backend.TryBeginSession(), backend.IsFull), Is.EqualTo((false, true)));
        backend.EndSession();
        Assert.That((backend.TryBeginSession(), backend.ActiveSessions), Is.EqualTo((true, 2)));
    }

    [Test]
    public void Place_OfABackendWithALimit_IsToldOfWhenItIsFree()
    {
        int freed = 0;
        Backend backend = new(Config(1)) { PlaceFreed = () => freed++ };
        backend.TryBeginSession();
        Assert.That(freed, Is.Zero);
        backend.EndSession();
        Assert.That(freed, Is.EqualTo(1));
    }

    private static BackendConfig Config(int places) =>
        new() { Name = "a", Host = "127.0.0.1", Port = 1, MaxConnections = places };
}
