using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Everything at once that may happen to a pool with a queue: whatever it was, at its end nobody waits, no place is
/// lost, and who comes is served.
/// </summary>
public sealed class QueueChaosTests
{
    private const int Backends = 4;
    private const int Clients = 24;
    private const int Changes = 150;

    private readonly Random _random = new(5);
    private volatile bool _isOver;

    [Test]
    public async Task Anything_HappensWhileClientsComeAndGo_NothingIsLeftAndAllIsServedAfterwards()
    {
        TestServer[] servers = [.. Enumerable.Range(0, Backends).Select(static _ => TestServer.Echo())];
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            servers.Select(static one => one.EndPoint).Append(TestServer.Closed()), NextConfig(), shards: 3);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(seed => ComeAndGoAsync(balancer, new Random(seed)))];
        for (int i = 0; i < Changes; i++) await ChangeAsync(balancer);

        await balancer.ApplyAsync(static config => config.WithService(QueueTesting.Limited(2, Clients)));
        foreach (int i in Enumerable.Range(0, Backends + 1)) SetUp(balancer, i, isUp: i < Backends);
        _isOver = true;
        await Task.WhenAll(clients).Within();

        await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 0, "all ended");
        Assert.That(balancer.Queued(), Is.Zero);
        Assert.That(balancer.Balancer.Backends.Select(static one => one.ActiveConnections), Is.All.Zero);
        string[] answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => balancer.RoundTripAsync("x")));
        Assert.That(answers, Is.All.EqualTo("x"));
        foreach (TestServer server in servers) server.Dispose();
    }

    private async Task ChangeAsync(RunningBalancer balancer)
    {
        switch (_random.Next(6))
        {
            case 0:
                await balancer.ApplyAsync(config => config.WithService(NextConfig()));
                break;
            case 1:
                FlowListing listing = await balancer.Balancer.FlowsAsync(new FlowFilter(), 3, CancellationToken.None);
                foreach (FlowStatus flow in listing.Flows)
                {
                    await balancer.Balancer.KillFlowsAsync(new FlowFilter { Id = flow.Id }, CancellationToken.None);
                }

                break;
            case 2:
                string name = balancer.Balancer.Backends[_random.Next(Backends)].Name;
                balancer.Balancer.SetAdminState("test", name, AdminState.Maint, null);
                await Task.Yield();
                balancer.Balancer.SetAdminState("test", name, AdminState.Ready, null);
                break;
            default:
                SetUp(balancer, _random.Next(Backends + 1), isUp: _random.Next(3) > 0);
                break;
        }

        await Task.Delay(_random.Next(10));
    }

    private static void SetUp(RunningBalancer balancer, int backend, bool isUp)
    {
        Pool pool = balancer.Balancer.Pools.Single().Pool;
        pool.Change(() =>
        {
            pool.Backends[backend].SetHealth(isUp ? BackendHealth.Up : BackendHealth.Down);
            return true;
        });
    }

    private Func<ServiceConfig, ServiceConfig> NextConfig()
    {
        (int places, int queue, int milliseconds) = (_random.Next(4), _random.Next(12), _random.Next(1, 40));
        BalancePolicy policy = (BalancePolicy)_random.Next(8);
        OnDown onDown = (OnDown)_random.Next(2);
        WhenDown whenDown = (WhenDown)_random.Next(2);
        return service => QueueTesting.Limited(places, queue, TimeSpan.FromMilliseconds(milliseconds))(service with
        {
            Pool = service.Pool with { Balance = policy, OnDown = onDown, WhenDown = whenDown },
        });
    }

    private async Task ComeAndGoAsync(RunningBalancer balancer, Random random)
    {
        while (!_isOver)
        {
            try
            {
                using Socket client = await balancer.ConnectAsync();
                if (random.Next(4) > 0) await client.SendTextAsync("x");
                int end = random.Next(4);
                if (end > 1) await client.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromMilliseconds(50));
                if (end == 1) client.Reset();
            }
            catch (Exception exception) when (exception is SocketException or TimeoutException)
            {
                continue; // Refused, ended, or left waiting.
            }
        }
    }
}
