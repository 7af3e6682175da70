using System.Net;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Pools;

/// <summary>Where a pick goes when what comes first does not take the flow.</summary>
public sealed class PoolPickTests
{
    private static readonly FlowKey Flow =
        new(Endpoint("192.0.2.1:1000"), Endpoint("192.0.2.2:80"), FlowProtocol.Tcp);

    private readonly List<Backend> _open = [];

    [SetUp]
    public void ForgetSessions() => _open.Clear();

    [Test]
    public void Pick_FirstLevelIsTried_GoesOnToTheNextWithinTheSamePick()
    {
        Pool pool = Make(Backend("a"), Backend("b"), Backend("backup") with { Backup = true });
        List<Backend> tried = [];
        while (pool.Pick(Flow, tried.ToArray(), out bool isFull) is { } next)
        {
            Assert.That(isFull, Is.False);
            tried.Add(next);
        }

        Assert.That(tried.Select(static one => one.Name).Take(2), Is.EquivalentTo(new[] { "a", "b" }));
        Assert.That(tried[2].Name, Is.EqualTo("backup"));
        Assert.That(tried, Has.Count.EqualTo(3));
    }

    [Test]
    public void Pick_FirstLevelIsFull_GoesOnAndSaysWhenAllAre()
    {
        Pool pool = Make(
            Backend("a") with { MaxConnections = 1 },
            Backend("late") with { Priority = 1, MaxConnections = 1 });

        Assert.That(Open(pool), Is.EqualTo(("a", false)));
        Assert.That(Open(pool), Is.EqualTo(("late", false)));
        Assert.That(Open(pool), Is.EqualTo(((string?)null, true)));
        _open[0].EndSession();
        Assert.That(Open(pool), Is.EqualTo(("a", false)));
    }

    [Test]
    public void Pick_SomeAreFullAndTheOthersTried_SaysThatThereMayBeRoomLater()
    {
        Pool pool = Make(Backend("a") with { MaxConnections = 1 }, Backend("b"));
        Backend full = pool.Backends[0];
        Assert.That(full.TryBeginSession(), Is.True);

        Assert.That(pool.Pick(Flow, [pool.Backends[1]], out bool isFull), Is.Null);
        Assert.That(isFull, Is.True);
        Assert.That(pool.Pick(Flow, [.. pool.Backends], out isFull), Is.Null);
        Assert.That(isFull, Is.False, "all were tried");
    }

    [Test]
    public void Pick_NobodyIsAvailable_NobodyIsFull()
    {
        Pool pool = Make(Backend("a"));
        Set(pool, 0, BackendHealth.Down);

        Assert.That(pool.Pick(Flow, [], out bool isFull), Is.Null);
        Assert.That(isFull, Is.False);
    }

    [Test]
    public void Publish_ALaterLevelChanges_FirstOneIsKeptWithItsSelector()
    {
        Pool pool = Make(Backend("a"), Backend("b"), Backend("c") with { Backup = true });
        Level before = pool.Snapshot.Levels[0];

        Set(pool, 2, BackendHealth.Down);

        Assert.That(pool.Snapshot.Levels, Has.Length.EqualTo(1));
        Assert.That(pool.Snapshot.Levels[0], Is.SameAs(before));
        Set(pool, 1, BackendHealth.Down);
        Assert.That(pool.Snapshot.Levels[0], Is.Not.SameAs(before));
    }

    [Test]
    public void Publish_TiersComeAndGo_StatesSayWhoStandsBy()
    {
        Pool pool = Make(Backend("a"), Backend("late") with { Priority = 3 }, Backend("backup") with { Backup = true });

        Assert.That(States(pool), Is.EqualTo(new[] { "up", "standby", "standby" }));
        Set(pool, 0, BackendHealth.Down);
        Assert.That(States(pool), Is.EqualTo(new[] { "down", "up", "standby" }));
        Set(pool, 1, BackendHealth.Down);
        Assert.That(States(pool), Is.EqualTo(new[] { "down", "down", "up" }));
        Set(pool, 0, BackendHealth.Up);
        Assert.That(States(pool), Is.EqualTo(new[] { "up", "down", "standby" }));
    }

    [Test]
    public void Move_ZoneGoesAway_ItsBackendsTakeNoNewFlowsAndKeepTheirs()
    {
        Pool pool = Make(Backend("a") with { Zone = "z" }, Backend("b"));

        pool.Move(new FleetPlace(0) { Away = ["z"] });

        Assert.That(States(pool), Is.EqualTo(new[] { "shifted", "up" }));
        Assert.That(pool.Snapshot.Available, Is.EqualTo(1));
        Assert.That(pool.Backends[0], Has.Property(nameof(L4Balancer.Backends.Backend.KeepsFlows)).True
            .And.Property(nameof(L4Balancer.Backends.Backend.TakesFlows)).False);
        pool.Move(new FleetPlace(0));
        Assert.That(States(pool), Is.EqualTo(new[] { "up", "up" }));
    }

    [Test]
    public void Apply_AZoneIsAway_ABackendThatComesToItIsOutToo()
    {
        Pool pool = Make(Backend("a"));
        FleetPlace place = new(0) { Away = ["z"] };
        pool.Move(place);
        PoolConfig next = pool.Config with { Backends = [Backend("a"), Backend("new") with { Zone = "z" }] };
        foreach (Backend added in pool.AddNew(next)) MakeUp(added);

        pool.Apply(next, place);

        Assert.That(States(pool), Is.EqualTo(new[] { "up", "shifted" }));
    }

    [Test]
    public void Change_LastOneGoesDownAndThePoolOpens_ItsFlowsStayAllTheTime()
    {
        Pool pool = Make(WhenDown.Open, Backend("a"), Backend("b"));
        Set(pool, 0, BackendHealth.Down);
        Assert.That(pool.Backends[0].KeepsFlows, Is.False);

        pool.Change(() =>
        {
            pool.Backends[1].SetHealth(BackendHealth.Down);
            return false; // Not published yet.
        });

        Assert.That(pool.Backends.Select(static one => one.KeepsFlows), Is.All.True);
        pool.Change(static () => true);
        Assert.That(pool.Backends.Select(static one => one.TakesFlows), Is.All.True);
        Assert.That(States(pool), Is.All.EqualTo("down"));
        Set(pool, 1, BackendHealth.Up);
        Assert.That(pool.Backends.Select(static one => one.KeepsFlows), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Pick_ManyLevels_AllocatesNothing()
    {
        Pool pool = Make([.. Enumerable.Range(0, 10).Select(static i => Backend($"b{i}") with { Priority = i })]);
        Backend[] tried = [.. pool.Backends.Take(9)];
        Assert.That(Allocations.OfThousand(_ => pool.Pick(Flow, tried, out bool _)), Is.Zero);
    }

    [Test]
    public async Task Pick_StatesFlipMeanwhile_NeverComesBackWithoutTheOneThatIsUpAllTheTime()
    {
        Pool pool = Make(
            Backend("a"), Backend("b") with { Zone = "z" }, Backend("late") with { Priority = 1 },
            Backend("backup") with { Backup = true });
        int picks = 0;
        bool isOver = false;
        Task<int>[] shards =
        [
            .. Enumerable.Range(0, 2).Select(shard => Task.Run(() =>
            {
                int empty = 0;
                for (ushort port = 1; !Volatile.Read(ref isOver); port++)
                {
                    FlowKey flow = Flow with { Client = Flow.Client with { Port = port } };
                    if (pool.Pick(flow, [pool.Backends[port % 3]], out bool isFull) is null || isFull) empty++;
                    Interlocked.Increment(ref picks);
                }

                return empty;
            })),
        ];

        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            Set(pool, random.Next(3), random.Next(2) == 0 ? BackendHealth.Up : BackendHealth.Down);
            pool.Move(new FleetPlace(0) { Away = random.Next(2) == 0 ? ["z"] : [] });
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref picks) > 1000, "picks beside the changes");
        Volatile.Write(ref isOver, true);
        Assert.That(await Task.WhenAll(shards), Is.All.Zero);
    }

    private (string? Name, bool IsFull) Open(Pool pool)
    {
        Backend? backend = pool.Pick(Flow, [], out bool isFull);
        if (backend is not null && backend.TryBeginSession()) _open.Add(backend);
        return (backend?.Name, isFull);
    }

    private static string[] States(Pool pool) => [.. pool.Backends.Select(static one => one.StateText)];

    private static void Set(Pool pool, int backend, BackendHealth health) => pool.Change(() =>
    {
        pool.Backends[backend].SetHealth(health);
        return true;
    });

    private static BackendConfig Backend(string name) => new() { Name = name, Host = "192.0.2.9", Port = 80 };

    private static Pool Make(params BackendConfig[] backends) => Make(WhenDown.Refuse, backends);

    private static Pool Make(WhenDown whenDown, params BackendConfig[] backends)
    {
        PoolConfig config = new() { Name = "pool", Backends = backends, WhenDown = whenDown };
        Pool pool = new(config, new FleetPlace(0), TimeProvider.System, NullLogger.Instance);
        pool.Change(() =>
        {
            foreach (Backend backend in pool.Backends) MakeUp(backend);
            return true;
        });
        return pool;
    }

    private static void MakeUp(Backend backend)
    {
        backend.SetEndpoint(Endpoint("192.0.2.9:80"));
        backend.SetHealth(BackendHealth.Up);
    }

    private static IpEndpoint Endpoint(string text) => IpEndpoint.From(IPEndPoint.Parse(text));
}
