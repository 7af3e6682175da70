using L4Balancer.Telemetry;

namespace L4Balancer.Pools;

/// <summary>What a pool's queue has come to. Any shard writes, once for each flow that found no place.</summary>
internal sealed class QueueCounters
{
    private static readonly double[] WaitBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30];

    private readonly long[] _outcomes = new long[QueueOutcomes.Count];

    /// <summary>How long those waited that did, whatever came of it.</summary>
    public SharedHistogram Waits { get; } = new(WaitBounds);

    /// <summary>How often it ended in this way.</summary>
    public long Count(QueueOutcome outcome) => Volatile.Read(ref _outcomes[(int)outcome]);

    /// <summary>A flow does not wait any more.</summary>
    public void CountWaited(QueueOutcome outcome, TimeSpan waited)
    {
        Waits.Record(waited);
        Interlocked.Increment(ref _outcomes[(int)outcome]);
    }

    /// <summary>A flow was turned away at once.</summary>
    public void CountFull() => Interlocked.Increment(ref _outcomes[(int)QueueOutcome.Full]);
}
