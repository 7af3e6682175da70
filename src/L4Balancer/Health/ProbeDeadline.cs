namespace L4Balancer.Health;

/// <summary>A probe's time: its timeout, cut short when its caller wants no more of it.</summary>
internal sealed class ProbeDeadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _either;

    /// <summary>Begins.</summary>
    public ProbeDeadline(TimeSpan timeout, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        Clock = new ProbeClock(time);
        _timeout = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, caller);
    }

    /// <summary>What the probe has taken so far.</summary>
    public ProbeClock Clock { get; }

    /// <summary>Cancelled when it is over, or nobody waits any more.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Of something that was cancelled: the time is over, and the result is still wanted.</summary>
    public bool IsOver => !_caller.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _timeout.Dispose();
    }
}
