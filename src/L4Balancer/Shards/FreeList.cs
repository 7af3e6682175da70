namespace L4Balancer.Shards;

/// <summary>Keeps objects for their next use. One shard's; bounded, so that a peak does not stay for ever.</summary>
internal sealed class FreeList<T>(Func<T> make, int bound)
    where T : class
{
    private readonly Stack<T> _free = new();

    /// <summary>Objects given out and not yet back.</summary>
    public int InUse { get; private set; }

    /// <summary>An object kept, or a new one.</summary>
    public T Acquire()
    {
        InUse++;
        return _free.TryPop(out T? kept) ? kept : make();
    }

    /// <summary>Takes an object back in the state in which a new one is.</summary>
    public void Release(T item)
    {
        InUse--;
        if (_free.Count < bound) _free.Push(item);
    }
}
