namespace L4Balancer.Discovery;

/// <summary>Look-ups by what they came to, and since when. Any thread.</summary>
internal sealed class LookUpCounts
{
    private long _found;
    private long _empty;
    private long _failed;

    /// <summary>Look-ups that found something.</summary>
    public long Found => Volatile.Read(ref _found);

    /// <summary>Look-ups whose answer was that there is nothing.</summary>
    public long Empty => Volatile.Read(ref _empty);

    /// <summary>Look-ups without an answer to all of their questions, and files that could not be used.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Counts one.</summary>
    public void Add(bool isWhole, bool isEmpty)
    {
        if (!isWhole) Interlocked.Increment(ref _failed);
        else if (isEmpty) Interlocked.Increment(ref _empty);
        else Interlocked.Increment(ref _found);
    }
}
