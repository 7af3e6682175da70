using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>Pools by each policy, whose backends come and go.</summary>
[TestFixtureSource(typeof(Selecting), nameof(Selecting.Policies))]
internal sealed class PoolOfPolicyTests(BalancePolicy policy)
{
    private const int Count = 8;

    [Test]
    public void Pick_AfterAnyChangeOfStates_IsOneThatIsAvailableOrNone()
    {
        Pool pool = Make();
        Random random = new(11);
        for (int change = 0; change < 300; change++)
        {
            Change(pool, pool.Backends[random.Next(Count)], random);
            for (int i = 0; i < 30; i++)
            {
                Backend? picked = pool.Pick(Flow(random), []);
                Assert.That(picked is not null, Is.EqualTo(pool.AvailableNow > 0), $"after change {change}");
                if (picked is null) continue;

                Assert.That(picked.IsAvailable, $"after change {change}");
                if (random.Next(2) == 0) _ = picked.TryBeginSession();
                else if (picked.ActiveSessions > 0) picked.EndSession();
            }
        }
    }

    [Test]
    public async Task Pick_StatesChangeMeanwhile_AlwaysFindsOneOfThoseThatStay()
    {
        Pool pool = Make();
        using CancellationTokenSource over = new();
        Task<int>[] picking = [.. Enumerable.Range(0, 2).Select(seed => Task.Run(() => Missing(seed)))];
        Random random = new(7);
        for (int change = 0; change < 200; change++)
        {
            Change(pool, pool.Backends[random.Next(2, Count)], random); // The first two stay.
        }

        over.Cancel();
        Assert.That(await Task.WhenAll(picking).WaitAsync(TimeSpan.FromSeconds(20)), Is.All.Zero);

        int Missing(int seed)
        {
            Random flows = new(seed);
            int missing = 0;
            while (!over.IsCancellationRequested)
            {
                if (pool.Pick(Flow(flows), []) is null) missing++;
            }

            return missing;
        }
    }

    private Pool Make()
    {
        PoolConfig config = new()
        {
            Name = "test", Balance = policy, Maglev = new MaglevConfig { TableSize = 251 },
            Backends =
            [
                .. Enumerable.Range(1, Count).Select(static i => new BackendConfig
                {
                    Name = $"b{i}", Host = "192.0.2.1", Port = (ushort)i, Weight = i,
                }),
            ],
        };
        Pool pool = new(config, new FleetPlace(3), TimeProvider.System, NullLogger.Instance);
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

    private static void Change(Pool pool, Backend backend, Random random) => pool.Change(() =>
    {
        switch (random.Next(6))
        {
            case 0: backend.SetHealth(BackendHealth.Down); break;
            case 1: backend.SetEjected(!backend.IsEjected); break;
            case 2: backend.SetAdmin(random.Next(2) == 0 ? AdminState.Ready : AdminState.Drain, Backend.Never); break;
            case 3: backend.SetWeight(random.Next(2) == 0 ? 0 : random.Next(1, 257)); break;
            case 4: backend.SetWeight(null); break;
            default: backend.SetHealth(BackendHealth.Up); break;
        }

        return true;
    });

    private static FlowKey Flow(Random random) => new(
        new IpEndpoint(IpAddress.FromV4((uint)random.Next()), (ushort)random.Next(65_536)),
        new IpEndpoint(IpAddress.FromV4(1), 80),
        FlowProtocol.Tcp);
}
