namespace L4Balancer.Shards;

/// <summary>The kernel pipes of one shard: a bounded number, lent to flows for a burst.</summary>
internal sealed class KernelPipes(int bound, int capacityBytes)
{
    private readonly Stack<KernelPipe> _free = new();
    private int _open;

    /// <summary>Pipes lent now.</summary>
    public int InUse => _open - _free.Count;

    /// <summary>An empty pipe, or null at the bound or without descriptors: the flow is copied then.</summary>
    public KernelPipe? TryAcquire()
    {
        if (_free.TryPop(out KernelPipe? kept)) return kept;
        if (_open == bound || KernelPipe.TryOpen(capacityBytes) is not { } opened) return null;

        _open++;
        return opened;
    }

    /// <summary>Takes a pipe back; one with bytes of a flow that has ended is closed.</summary>
    public void Release(KernelPipe pipe)
    {
        if (pipe.Buffered == 0)
        {
            _free.Push(pipe);
            return;
        }

        pipe.Close();
        _open--;
    }

    /// <summary>Closes the pipes that are not lent. At the shard's end, or to give descriptors back.</summary>
    public void CloseFree()
    {
        while (_free.TryPop(out KernelPipe? pipe))
        {
            pipe.Close();
            _open--;
        }
    }
}
