using System.Runtime.InteropServices;
using L4Balancer.Backends;

namespace L4Balancer.Selection;

/// <summary>
/// Candidates take turns, as often as their weights say and as evenly spread as they allow. The turns are laid out when
/// the snapshot is made; a pick takes the next one. All shards count together, so that the turns come in order whoever
/// takes them; the count is the only thing they share. It begins anywhere, or the first candidates would get
/// more wherever snapshots follow each other quickly.
/// </summary>
internal sealed class RoundRobinSelector : IKnownShares
{
    /// <summary>Most turns that are laid out, 2 MiB; where the weights ask for more they are rounded.</summary>
    private const int MostTurns = 1 << 20;

    /// <summary>
    /// Turns that a pick takes before it looks through the candidates. Further turns rather than the neighbour's, which
    /// would get all that one was to have.
    /// </summary>
    private const int TurnsTaken = 8;

    private readonly Candidate[] _candidates;
    private readonly ushort[] _turns; // The index of the candidate whose turn it is.
    private Counter _count;

    /// <summary>Lays out the turns.</summary>
    /// <param name="candidates">At least one, at most 65,536.</param>
    /// <param name="random">Says where they begin.</param>
    public RoundRobinSelector(Candidate[] candidates, Random random)
    {
        _candidates = candidates;
        _turns = LayOut(TurnsOfEach(candidates));
        _count.Value = random.Next(_turns.Length);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => Candidates.Names(_candidates);

    /// <inheritdoc/>
    public double[] Shares() => Candidates.Shares(_candidates);

    /// <inheritdoc/>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        int at = 0;
        for (int taken = 0; taken < TurnsTaken; taken++)
        {
            at = _turns[(ulong)Interlocked.Increment(ref _count.Value) % (ulong)_turns.Length];
            if (_candidates[at].Takes(tried)) return _candidates[at].Backend;
        }

        return Candidates.FirstFrom(_candidates, at, tried);
    }

    /// <summary>Turns of each in a whole round: the weights, divided by what they have in common.</summary>
    private static int[] TurnsOfEach(Candidate[] candidates)
    {
        int divisor = candidates.Aggregate(0, static (sofar, one) => GreatestDivisor(sofar, one.Weight));
        double scale = Math.Min(1.0 / divisor, MostTurns / (double)Candidates.Weight(candidates));
        return [.. candidates.Select(one => Math.Max(1, (int)Math.Round(one.Weight * scale)))];
    }

    private static int GreatestDivisor(int one, int other)
    {
        while (other != 0) (one, other) = (other, one % other);
        return one;
    }

    /// <summary>
    /// Spreads the turns of each evenly over a round, each beginning at a place of its own: by the golden section, so
    /// that those with few turns do not all have them at once. Of their places the upper 48 bits count, the lower 16
    /// are the candidate's index.
    /// </summary>
    private static ushort[] LayOut(int[] turnsOfEach)
    {
        const double Round = 1UL << 48;
        const double GoldenSection = 0.6180339887498949;
        const int IndexBits = 16;

        ulong[] places = new ulong[turnsOfEach.Sum()];
        int next = 0;
        for (int i = 0; i < turnsOfEach.Length; i++)
        {
            double begin = i * GoldenSection % 1;
            for (int turn = 0; turn < turnsOfEach[i]; turn++)
            {
                places[next++] = ((ulong)((turn + begin) / turnsOfEach[i] * Round) << IndexBits) | (uint)i;
            }
        }

        Array.Sort(places);
        return Array.ConvertAll(places, static place => (ushort)place);
    }

    /// <summary>
    /// Has two cache lines to itself: what is read at every pick is not beside what every pick writes.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Counter
    {
        [FieldOffset(64)]
        public long Value;
    }
}
