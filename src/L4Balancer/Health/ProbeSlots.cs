namespace L4Balancer.Health;

/// <summary>
/// Bounds how many probes are under way at once. Who finds no place waits, in the order of coming; those that a start
/// or a change of the configuration waits for go before the others. Nobody waits twice at once, so the queue is no
/// longer than there are backends and agents. Any thread.
/// </summary>
internal sealed class ProbeSlots(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _awaited = [];
    private readonly LinkedList<TaskCompletionSource> _others = [];
    private int _inFlight;
    private int _most = int.MaxValue;
    private long _waitedTicks;

    /// <summary>Most places. More of them are given out at once; fewer take none away.</summary>
    public int Most
    {
        get => Volatile.Read(ref _most);
        set
        {
            lock (_lock)
            {
                _most = value;
                Admit();
            }
        }
    }

    /// <summary>Places taken.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock) return _inFlight;
        }
    }

    /// <summary>Who waits for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _awaited.Count + _others.Count;
        }
    }

    /// <summary>Time that all have waited for places so far.</summary>
    public TimeSpan Waited => TimeSpan.FromTicks(Volatile.Read(ref _waitedTicks));

    /// <summary>Waits for a place and takes it.</summary>
    /// <param name="isAwaited">Somebody waits for this very probe.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; no place was taken.</exception>
    public Task EnterAsync(bool isAwaited, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> node;
        lock (_lock)
        {
            if (_inFlight < _most)
            {
                _inFlight++;
                return Task.CompletedTask;
            }

            TaskCompletionSource place = new(TaskCreationOptions.RunContinuationsAsynchronously);
            node = (isAwaited ? _awaited : _others).AddLast(place);
        }

        return WaitAsync(node, cancellationToken);
    }

    /// <summary>Gives a place back; the next in the queue has it.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _inFlight--;
            Admit();
        }
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        await using (cancellationToken.UnsafeRegister(_ => GiveUp(node, cancellationToken), null))
        {
            await node.Value.Task;
        }

        Interlocked.Add(ref _waitedTicks, time.GetElapsedTime(started).Ticks);
    }

    /// <summary>Nobody wants this place any more, unless it has been given already: then it is for its taker.</summary>
    private void GiveUp(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is not { } queue) return;

            queue.Remove(node);
        }

        node.Value.SetCanceled(cancellationToken);
    }

    /// <summary>Gives free places to who waits. The lock is held; continuations run elsewhere.</summary>
    private void Admit()
    {
        while (_inFlight < _most && (_awaited.First ?? _others.First) is { } next)
        {
            next.List!.Remove(next);
            _inFlight++;
            next.Value.SetResult();
        }
    }
}
