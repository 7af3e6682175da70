using System.Diagnostics;

namespace L4Balancer.Backends;

/// <summary>
/// A sum whose parts count less the older they are: what was added ten seconds ago counts 1/e of itself. All shards
/// write and read it; what collides with others again and again is lost.
/// </summary>
internal sealed class DecayingSum
{
    private const int Tries = 16;

    private static readonly float Constant = 10 * Stopwatch.Frequency;

    private long _word; // A TimedValue.

    /// <summary>Adds to it.</summary>
    /// <param name="amount">Above 0.</param>
    /// <param name="now">In ticks of the shard's clock.</param>
    public void Add(long amount, long now)
    {
        for (int i = 0; i < Tries; i++)
        {
            long word = Volatile.Read(ref _word);
            TimedValue last = TimedValue.From(word);
            TimedValue next = TimedValue.At((last.Value * last.Left(now, Constant)) + amount, now);
            if (Interlocked.CompareExchange(ref _word, next.Word, word) == word) return;
        }
    }

    /// <summary>What it is now.</summary>
    public float Value(long now)
    {
        TimedValue last = TimedValue.From(Volatile.Read(ref _word));
        return last.Value * last.Left(now, Constant);
    }
}
