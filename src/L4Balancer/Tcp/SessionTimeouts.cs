using L4Balancer.Config;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <summary>A service's timeouts in the shards' unit of time; 0 is never.</summary>
internal readonly struct SessionTimeouts(TimeoutConfig config)
{
    public long Connect { get; } = ShardClock.Ticks(config.Connect);

    public long Idle { get; } = ShardClock.Ticks(config.Idle);

    public long HalfClose { get; } = ShardClock.Ticks(config.HalfClose);

    public long Lifetime { get; } = ShardClock.Ticks(config.Lifetime);

    /// <summary>When an established session is to be closed next if nothing happens, and why.</summary>
    /// <param name="acceptedAt">When it began.</param>
    /// <param name="lastActivity">When the last byte or end came.</param>
    /// <param name="halfClosed">One direction is over.</param>
    /// <returns><see cref="long.MaxValue"/> where no timeout applies.</returns>
    public (long Deadline, CloseReason Reason) Next(long acceptedAt, long lastActivity, bool halfClosed)
    {
        (long Deadline, CloseReason Reason) next = (long.MaxValue, CloseReason.Idle);
        if (Idle > 0) next.Deadline = lastActivity + Idle;
        if (halfClosed && HalfClose > 0 && lastActivity + HalfClose <= next.Deadline)
        {
            next = (lastActivity + HalfClose, CloseReason.HalfCloseTimeout);
        }

        if (Lifetime > 0 && acceptedAt + Lifetime < next.Deadline) next = (acceptedAt + Lifetime, CloseReason.Lifetime);
        return next;
    }
}
