namespace L4Balancer.Telemetry;

/// <summary>
/// What one shard counts of one service. The shard alone writes, with plain additions; whoever reads may see values of
/// neighbouring moments.
/// </summary>
internal sealed class ServiceCounters
{
    private static readonly double[] DurationBounds = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600];

    private readonly long[] _closed = new long[CloseReasons.Count];
    private readonly long[] _pauses = new long[ListenerPauses.Count];

    /// <summary>Sessions begun.</summary>
    public long Accepted { get; private set; }

    /// <summary>Bytes from clients.</summary>
    public long ReceivedFromClients { get; set; }

    /// <summary>Bytes taken by the kernel for clients.</summary>
    public long SentToClients { get; set; }

    /// <summary>Bytes from servers.</summary>
    public long ReceivedFromServers { get; set; }

    /// <summary>Bytes taken by the kernel for servers.</summary>
    public long SentToServers { get; set; }

    /// <summary>Bytes that went through a kernel pipe; part of those sent.</summary>
    public long Spliced { get; set; }

    /// <summary>Times that a source was not read because its target did not take more.</summary>
    public long BackpressurePauses { get; set; }

    /// <summary>Connects that were tried at another backend after a failure.</summary>
    public long Retries { get; set; }

    /// <summary>Accepts that failed for good, by no fault of a limit: the client had gone.</summary>
    public long AcceptErrors { get; set; }

    /// <summary>Lengths of ended sessions in seconds.</summary>
    public Histogram Durations { get; } = new(DurationBounds);

    /// <summary>A session begins.</summary>
    public void CountAccepted() => Accepted++;

    /// <summary>A session has ended.</summary>
    public void CountClosed(CloseReason reason, TimeSpan duration)
    {
        _closed[(int)reason]++;
        Durations.Record(duration.TotalSeconds);
    }

    /// <summary>A listener stops taking connections for a while.</summary>
    public void CountPause(ListenerPause cause) => _pauses[(int)cause]++;

    /// <summary>Sessions that ended for a reason.</summary>
    public long Closed(CloseReason reason) => Volatile.Read(ref _closed[(int)reason]);

    /// <summary>Times that listeners paused for a cause.</summary>
    public long Pauses(ListenerPause cause) => Volatile.Read(ref _pauses[(int)cause]);
}
