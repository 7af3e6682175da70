using L4Balancer.Health;
using L4Balancer.Pools;

namespace L4Balancer;

/// <summary>A pool with what watches it.</summary>
internal sealed record PoolRuntime(Pool Pool, Ejector Ejector, HealthMonitor Monitor);
