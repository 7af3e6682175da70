using System.Collections.Concurrent;

namespace L4Balancer.Shards;

/// <summary>
/// Bounds the sessions open at once, of the process or of a service. A place is reserved before the accept, so the
/// bound is never passed; at the bound a TCP listener waits here and is woken by the next session that ends. Shared by
/// all shards: one atomic a session, no lock.
/// </summary>
/// <param name="max">Sessions at most; more than 0.</param>
/// <param name="whole">The limit that this one is part of, reserved along with it.</param>
internal sealed class SessionLimit(int max, SessionLimit? whole = null)
{
    private readonly ConcurrentQueue<ShardGate> _waiting = new();
    private volatile int _max = max;
    private int _open;
    private int _peak;

    /// <summary>
    /// Sessions at most. A lower one than before ends none, a higher one wakes who waits. Control plane.
    /// </summary>
    public int Max
    {
        get => _max;
        set
        {
            _max = value;
            for (int woken = _waiting.Count; woken > 0; woken--) WakeOne(); // Who finds no place waits again.
        }
    }

    /// <summary>Sessions at most, as bounded by the whole too.</summary>
    public int LeastMax => whole is null ? _max : Math.Min(_max, whole.LeastMax);

    /// <summary>Most places that were taken at once.</summary>
    public int Peak => Volatile.Read(ref _peak);

    /// <summary>Places taken.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a place here and in the whole, or in neither.</summary>
    /// <returns>Null, or the limit that is reached.</returns>
    public SessionLimit? Reserve()
    {
        if (Interlocked.Increment(ref _open) > _max)
        {
            Interlocked.Decrement(ref _open);
            return this;
        }

        if (whole?.Reserve() is not { } reached) return null;

        Interlocked.Decrement(ref _open);
        WakeOne(); // Somebody may have found the place taken meanwhile.
        return reached;
    }

    /// <summary>A place that was reserved is a session's now.</summary>
    public void Use()
    {
        int open = Open;
        if (open > _peak) _peak = open; // Of two shards at once one may be missed, or the other's reservation count.
    }

    /// <summary>Gives a place back and opens the gate of a listener that waits for one.</summary>
    public void Release()
    {
        Interlocked.Decrement(ref _open);
        WakeOne();
        whole?.Release();
    }

    /// <summary>Has a listener's gate opened when a place is free; at once where one is free by now.</summary>
    public void Wait(ShardGate listener)
    {
        _waiting.Enqueue(listener);

        // The last session may have ended between the failed reservation and this line.
        WakeOneIfFree();

        // It may have been woken for a place in the whole, and leaves that to another.
        whole?.WakeOneIfFree();
    }

    private void WakeOneIfFree()
    {
        if (Open < _max) WakeOne();
    }

    private void WakeOne()
    {
        if (!_waiting.IsEmpty && _waiting.TryDequeue(out ShardGate? listener)) listener.PostOpen();
    }
}
