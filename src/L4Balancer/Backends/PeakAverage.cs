using System.Diagnostics;

namespace L4Balancer.Backends;

/// <summary>
/// A moving average of latencies that believes bad news at once and good news by and by: a longer latency replaces it,
/// shorter ones pull it down over some seconds, and so does time alone, so that one that was slow is tried again. All
/// shards write and read it; a sample that collides with others again and again is lost.
/// </summary>
internal sealed class PeakAverage
{
    private const int Tries = 4;

    /// <summary>The time in which it falls to 1/e.</summary>
    private static readonly float Constant = 10 * Stopwatch.Frequency;

    private long _word; // A TimedValue in seconds; 0 while there was none.

    /// <summary>Takes a sample.</summary>
    /// <param name="latency">In ticks.</param>
    /// <param name="now">In ticks of the shard's clock.</param>
    public void Record(long latency, long now)
    {
        float sample = Math.Max((float)latency / Stopwatch.Frequency, float.Epsilon);
        for (int i = 0; i < Tries; i++)
        {
            long word = Volatile.Read(ref _word);
            TimedValue last = TimedValue.From(word);
            float left = last.Left(now, Constant);
            float value = Math.Max(sample, (last.Value * left) + (sample * (1 - left)));
            if (Interlocked.CompareExchange(ref _word, TimedValue.At(value, now).Word, word) == word) return;
        }
    }

    /// <summary>
    /// The backend has failed a flow before its first byte, which counts as a second: who refuses at once is not the
    /// fastest.
    /// </summary>
    public void RecordFailure(long now) => Record(Stopwatch.Frequency, now);

    /// <summary>
    /// A client has waited for a first byte and gone without one. It counts as a second at most: how much longer it
    /// would have been nobody knows.
    /// </summary>
    /// <param name="waited">In ticks.</param>
    /// <param name="now">In ticks of the shard's clock.</param>
    public void RecordUnanswered(long waited, long now) => Record(Math.Min(waited, Stopwatch.Frequency), now);

    /// <summary>The average, in seconds; 0 where nothing is known.</summary>
    public float Seconds(long now)
    {
        TimedValue last = TimedValue.From(Volatile.Read(ref _word));
        return last.Value * last.Left(now, Constant);
    }
}
