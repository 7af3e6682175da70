using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using Microsoft.Extensions.Logging.Abstractions;

namespace L4Balancer.Bench;

/// <summary>A pool whose backends, of weight 1, are all available.</summary>
internal static class BenchPool
{
    /// <summary>The seed of its hashes.</summary>
    public const ulong Seed = 42;

    /// <summary>Makes one.</summary>
    public static Pool Make(int backends, BalancePolicy policy = BalancePolicy.Ring, int maxConnections = 0)
    {
        PoolConfig config = new()
        {
            Name = "bench", Balance = policy,
            Backends = [.. Enumerable.Range(0, backends).Select(number => Server(number, maxConnections))],
        };
        Pool pool = new(config, new FleetPlace(Seed), TimeProvider.System, NullLogger.Instance);
        pool.Change(() => MakeAvailable(pool));
        return pool;
    }

    private static BackendConfig Server(int number, int maxConnections) => new()
    {
        Name = $"10.0.{number >> 8}.{number & 255}:8080",
        Host = $"10.0.{number >> 8}.{number & 255}",
        Port = 8080,
        MaxConnections = maxConnections,
    };

    private static bool MakeAvailable(Pool pool)
    {
        foreach (Backend backend in pool.Backends)
        {
            backend.SetEndpoint(new IpEndpoint(IpAddress.FromV4(0x0A00_0000), backend.Port));
            backend.SetHealth(BackendHealth.Up);
        }

        return true;
    }
}
