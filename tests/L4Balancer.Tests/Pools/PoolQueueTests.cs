using System.Collections.Concurrent;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Tests.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>A pool's queue without sockets: beside a plain model of it, and with threads that tear at it.</summary>
public sealed class PoolQueueTests
{
    private enum Step
    {
        /// <summary>A flow comes.</summary>
        Come,

        /// <summary>One that waits gives up.</summary>
        Leave,

        /// <summary>One that has a place ends.</summary>
        End,

        /// <summary>A backend may have one more, or one less.</summary>
        Resize,
    }

    [Test]
    public void Steps_InAnyOrder_GiveEachPlaceToTheFirstWhoWaits() =>
        Prop.ForAll<byte[], byte>(static (steps, size) => Walk(steps, size)).QuickCheckThrowOnFailure();

    /// <summary>The model: a list of who waits, and a number of places.</summary>
    private static bool Walk(byte[] steps, byte size)
    {
        int places = 2;
        Pool pool = MakePool([places], size % 8);
        Backend backend = pool.Backends[0];
        List<QueuedFlow> waiting = [];
        int served = 0;
        foreach (byte step in steps)
        {
            switch ((Step)(step % 4))
            {
                case Step.Come when waiting.Count == 0 && backend.ActiveSessions < places:
                    Assert.That(pool.Queue.TakePlace(Flow(0), [], out _), Is.SameAs(backend));
                    served++;
                    break;
                case Step.Come:
                    Assert.That(pool.Queue.TakePlace(Flow(0), [], out bool mayWait), Is.Null);
                    Assert.That(mayWait, Is.True);
                    long ticket = 0;
                    QueuedFlow? queued = pool.Queue.TryEnter(Flow(0), [], ref ticket, static () => { });
                    Assert.That(queued is not null, Is.EqualTo(waiting.Count < size % 8), "has room");
                    if (queued is not null) waiting.Add(queued);
                    break;
                case Step.Leave when waiting.Count > 0:
                    Assert.That(pool.Queue.TryLeave(waiting[step % waiting.Count]), Is.True);
                    waiting.RemoveAt(step % waiting.Count);
                    break;
                case Step.End when served > 0:
                    backend.EndSession();
                    served--;
                    break;
                case Step.Resize:
                    places = 1 + (step / 4 % 3);
                    PoolConfig config = Config([places], size % 8);
                    pool.Apply(config, new FleetPlace(0));
                    break;
                default:
                    break;
            }

            while (waiting.Count > 0 && served < places)
            {
                Assert.That(waiting[0].State, Is.EqualTo(QueueState.Granted));
                waiting.RemoveAt(0);
                served++;
            }

            Assert.That(waiting.Select(static one => one.State), Is.All.EqualTo(QueueState.Waiting));
            Assert.That((pool.Queue.Length, backend.ActiveSessions), Is.EqualTo((waiting.Count, served)));
        }

        return true;
    }

    [Test]
    public void Waiter_HasFailedAtTheBackendWithRoom_TheNextGoesThere()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(2);
        (QueuedFlow first, QueuedFlow second) = (Enter(pool, backends[0]), Enter(pool));

        backends[0].EndSession();

        Assert.That((first.State, second.State), Is.EqualTo((QueueState.Waiting, QueueState.Granted)));
        backends[1].EndSession();
        Assert.That((first.State, first.Place), Is.EqualTo((QueueState.Granted, backends[1])));
        Assert.That(pool.Queue.Length, Is.Zero);
    }

    [Test]
    public void Waiter_HasFailedAtAllThatAreLeft_IsRefused()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(2);
        (QueuedFlow first, QueuedFlow second) = (Enter(pool, backends[0]), Enter(pool));

        pool.Change(() =>
        {
            backends[1].SetHealth(BackendHealth.Down);
            return true;
        });

        Assert.That((first.State, second.State), Is.EqualTo((QueueState.Refused, QueueState.Waiting)));
        Assert.That(pool.Queue.TryLeave(first), Is.False);
        Assert.That(pool.Queue.TryLeave(second), Is.True);
    }

    [Test]
    public void Waiter_HasFailedAtAllThatAreLeft_IsRefusedAlsoBehindOthersThatWaitOn()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(3);
        QueuedFlow first = Enter(pool, backends[0]);
        QueuedFlow second = Enter(pool, backends[0], backends[1]);

        pool.Change(() =>
        {
            backends[2].SetHealth(BackendHealth.Down);
            return true;
        });

        Assert.That((first.State, second.State), Is.EqualTo((QueueState.Waiting, QueueState.Refused)));
    }

    [Test]
    public void Waiters_HaveFailedHereAndThere_EachPlaceIsTheFirstOnesThatMayGoThere()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(3);
        QueuedFlow[] line =
        [
            Enter(pool, backends[0]), Enter(pool, backends[0], backends[1]), Enter(pool, backends[0]),
            Enter(pool, backends[2], backends[1]), Enter(pool),
        ];

        backends[0].EndSession();
        Assert.That(Granted(), Is.EqualTo(new[] { 3 }));
        backends[0].EndSession();
        Assert.That(Granted(), Is.EqualTo(new[] { 3, 4 }));
        backends[2].EndSession();
        Assert.That(Granted(), Is.EqualTo(new[] { 0, 3, 4 }));
        backends[2].EndSession();
        backends[1].EndSession();
        Assert.That(Granted(), Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));

        IEnumerable<int> Granted() =>
            Enumerable.Range(0, line.Length).Where(i => line[i].State == QueueState.Granted);
    }

    /// <summary>Or nobody would be served at all by a backend that has come back, until the line is gone.</summary>
    [Test]
    public void Queue_IsFullOfThoseThatHaveFailedAtTheBackendWithRoom_WhoComesGoesThere()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(2, queue: 2);
        QueuedFlow[] line = [Enter(pool, backends[0]), Enter(pool, backends[0])];
        backends[0].EndSession();

        Assert.That(pool.Queue.TakePlace(Flow(2), [], out _), Is.SameAs(backends[0]));

        Assert.That(line.Select(static one => one.State), Is.All.EqualTo(QueueState.Waiting));
        Assert.That(line.Select(pool.Queue.TryLeave), Is.All.True);
        Assert.That(pool.Queue.Length, Is.Zero);
    }

    [Test]
    public void TakePlace_HasFailedAtAllWhileOthersWait_IsNotToWait()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(2);
        QueuedFlow waiting = Enter(pool);

        Assert.That(pool.Queue.TakePlace(Flow(2), backends, out bool mayWait), Is.Null);

        Assert.That(mayWait, Is.False);
        Assert.That(pool.Queue.TryLeave(waiting), Is.True);
    }

    [Test]
    public void Waiter_ComesBackWithItsTicket_StandsWhereItStood()
    {
        (Pool pool, Backend[] backends) = MakeFullPool(2);
        long ticket = 0;
        QueuedFlow first = pool.Queue.TryEnter(Flow(1), [], ref ticket, static () => { })!;
        QueuedFlow second = Enter(pool);
        backends[0].EndSession();
        Assert.That(first.State, Is.EqualTo(QueueState.Granted));

        QueuedFlow again = pool.Queue.TryEnter(Flow(1), [backends[0]], ref ticket, static () => { })!;
        backends[1].EndSession();

        Assert.That((again.State, second.State), Is.EqualTo((QueueState.Granted, QueueState.Waiting)));
        Assert.That(pool.Queue.TryLeave(second), Is.True);
    }

    [Test]
    public async Task Threads_ComeLeaveAndEndAtOnce_NeverTooManyAndNobodyIsForgotten()
    {
        const int Threads = 8;
        const int Flows = 3000;
        Pool pool = MakePool([2, 1], Threads);
        int[] open = new int[2];
        ConcurrentBag<string> wrong = [];

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                Random random = new(thread);
                for (int i = 0; i < Flows; i++)
                {
                    if (Take(pool, random) is not { } backend) continue;

                    int at = backend == pool.Backends[0] ? 0 : 1;
                    if (Interlocked.Increment(ref open[at]) > backend.MaxSessions) wrong.Add("one too many");
                    if (backend.ActiveSessions > backend.MaxSessions) wrong.Add("counts one too many");
                    if (random.Next(4) == 0) Thread.Yield();
                    Interlocked.Decrement(ref open[at]);
                    backend.EndSession();
                }
            },
            TaskCreationOptions.LongRunning)));

        Assert.That(wrong, Is.Empty);
        Assert.That(pool.Queue.Length, Is.Zero);
        await Eventually.TrueAsync( // The last turn may be the thread pool's.
            () => pool.Backends.All(static one => one.ActiveSessions == 0), "no place taken");
    }

    /// <summary>A place, at once or by waiting; some give up. Fails where nobody ever wakes who waits.</summary>
    private static Backend? Take(Pool pool, Random random)
    {
        if (pool.Queue.TakePlace(Flow(random.Next()), [], out bool mayWait) is { } backend) return backend;

        Assert.That(mayWait, Is.True);
        using ManualResetEventSlim woken = new();
        long ticket = 0;
        if (pool.Queue.TryEnter(Flow(random.Next()), [], ref ticket, woken.Set) is not { } flow) return null;
        if (random.Next(3) == 0 && pool.Queue.TryLeave(flow)) return null;

        Assert.That(woken.Wait(TimeSpan.FromSeconds(20)), Is.True, "woken");
        return flow.Place;
    }

    private static QueuedFlow Enter(Pool pool, params Backend[] tried)
    {
        long ticket = 0;
        return pool.Queue.TryEnter(Flow(1), tried, ref ticket, static () => { })!;
    }

    private static FlowKey Flow(int number) => new(
        new IpEndpoint(IpAddress.FromV4((uint)number), 1), new IpEndpoint(IpAddress.FromV4(1), 80), FlowProtocol.Tcp);

    private static PoolConfig Config(int[] places, int size)
    {
        PoolConfig pool = RunningBalancer
            .Service(places.Select(static (_, i) => new IPEndPoint(IPAddress.Loopback, i + 1))).Pool;
        return pool with
        {
            Queue = new QueueConfig { Size = size },
            Backends = [.. pool.Backends.Zip(places, static (one, most) => one with { MaxConnections = most })],
        };
    }

    /// <summary>A pool of backends with a place each, which is taken.</summary>
    private static (Pool Pool, Backend[] Backends) MakeFullPool(int backends, int queue = 5)
    {
        Pool pool = MakePool([.. Enumerable.Repeat(1, backends)], queue);
        foreach (Backend one in pool.Backends) Assert.That(one.TryBeginSession(), Is.True);
        return (pool, [.. pool.Backends]);
    }

    /// <summary>A pool of which all backends are up.</summary>
    private static Pool MakePool(int[] places, int size)
    {
        Pool pool = new(Config(places, size), new FleetPlace(0), TimeProvider.System, NullLogger.Instance);
        pool.Change(() =>
        {
            foreach (Backend backend in pool.Backends)
            {
                backend.SetEndpoint(new IpEndpoint(IpAddress.FromV4(1), backend.Port));
                backend.SetHealth(BackendHealth.Up);
            }

            return true;
        });
        return pool;
    }
}
