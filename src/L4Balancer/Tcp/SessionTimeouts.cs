using L4Balancer.Config;
using L4Balancer.Shards;

namespace L4Balancer.Tcp;

/// <summary>A service's timeouts in the shards' unit of time; 0 is never.</summary>
internal readonly struct SessionTimeouts(TimeoutConfig config)
{
    public long Connect { get; } = ShardClock.Ticks(config.Connect);

    public long Idle { get; } = ShardClock.Ticks(config.Idle);

    public long HalfClose { get; } = ShardClock.Ticks(config.HalfClose);

    public long Lifetime { get; } = ShardClock.Ticks(config.Lifetime);
}
