namespace L4Balancer.Health;

/// <summary>Probes of one backend so far. Any thread.</summary>
internal sealed class HealthCounters
{
    private long _good;
    private long _failed;

    /// <summary>Probes that ended well, or that failed.</summary>
    public long Count(bool good) => Volatile.Read(ref good ? ref _good : ref _failed);

    /// <summary>Counts a probe.</summary>
    public void Add(bool good) => Interlocked.Increment(ref good ? ref _good : ref _failed);
}
