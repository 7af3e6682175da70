using System.Text;
using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Selection;

/// <summary>
/// The table of Maglev (Eisenbud and others, 2016): candidates take turns, as often as their weights say, and each
/// takes the next free slot of a permutation of its own. Shares are exact to a slot, and a pick is one look into a
/// table of fixed size; in exchange a few flows move beside those of a backend that leaves. The table depends on names,
/// weights and the seed alone. Immutable; read by every shard without a lock and without allocating.
/// </summary>
internal sealed class MaglevSelector : IFlowPlacement
{
    private readonly Candidate[] _candidates;
    private readonly SlotWalk _walk;
    private readonly ushort[] _table;

    /// <summary>Fills the table.</summary>
    /// <param name="candidates">At least one, at most 65,536; any order.</param>
    /// <param name="tableSize">
    /// A prime. Shares are exact to one part of it; where it is below the number of candidates, some have no slot.
    /// </param>
    /// <param name="seed">The fleet's seed.</param>
    /// <param name="maxLoad">The bound of each one's load, above 1; 0 for none.</param>
    public MaglevSelector(IReadOnlyList<Candidate> candidates, int tableSize, ulong seed, double maxLoad = 0)
    {
        _candidates = Candidates.ByName(candidates);
        _table = new ushort[tableSize];
        _walk = new SlotWalk(_candidates, tableSize, maxLoad);
        Fill(Permutations((uint)tableSize, seed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => Candidates.Names(_candidates);

    /// <summary>The owner of the flow's slot; where that was tried or is full, of the next one that is not.</summary>
    /// <param name="hash">The flow's hash.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <returns>Null where every candidate was tried or is full.</returns>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        double bound = _walk.Begin();
        int first = SlotOf(hash);
        int slot = first;
        for (int looked = 0; looked < _walk.MostSlots; looked++)
        {
            ref readonly Candidate owner = ref _candidates[_table[slot]];
            if (_walk.Takes(owner, tried, bound)) return owner.Backend;
            if (++slot == _table.Length) slot = 0;
        }

        return _walk.End(_table[first], tried, bound);
    }

    /// <inheritdoc/>
    public int OwnerOf(ulong hash) => _table[SlotOf(hash)];

    /// <summary>Share of the slots that each candidate has, 0 to 1. Looks at all of them.</summary>
    public double[] Shares()
    {
        double[] shares = new double[_candidates.Length];
        foreach (ushort owner in _table) shares[owner] += 1.0 / _table.Length;
        return shares;
    }

    private int SlotOf(ulong hash) => (int)Math.BigMul(hash, (ulong)_table.Length, out _);

    /// <summary>
    /// Where each candidate's permutation begins, XXH64 of its name modulo the size, and how far it goes at a step, by
    /// the seed after that. The size being a prime, each permutation meets every slot.
    /// </summary>
    private Permutation[] Permutations(uint size, ulong seed) =>
    [
        .. _candidates.Select(one => Encoding.UTF8.GetBytes(one.Backend.Name)).Select(name => new Permutation(
            (uint)(XxHash64.Hash(name, seed) % size), (uint)(XxHash64.Hash(name, seed + 1) % (size - 1)) + 1)),
    ];

    /// <summary>
    /// In each round the heaviest candidate has a turn, and another one where the turns that it has had are fewer than
    /// its weight asks for.
    /// </summary>
    private void Fill(Permutation[] permutations)
    {
        int heaviest = _candidates.Max(static one => one.Weight);
        long[] turns = new long[_candidates.Length];
        bool[] isTaken = new bool[_table.Length];
        int filled = 0;
        for (long round = 1; filled < _table.Length; round++)
        {
            for (int i = 0; i < permutations.Length && filled < _table.Length; i++)
            {
                if (round * _candidates[i].Weight < turns[i] * heaviest) continue;

                turns[i]++;
                filled++;
                uint slot = permutations[i].TakeNext(isTaken);
                isTaken[slot] = true;
                _table[slot] = (ushort)i;
            }
        }
    }

    /// <summary>An order of the slots, and how far it has been gone through.</summary>
    private struct Permutation(uint offset, uint step)
    {
        private uint _next = offset;

        /// <summary>Its next slot that is free. There is one.</summary>
        public uint TakeNext(bool[] isTaken)
        {
            while (isTaken[_next])
            {
                _next += step;
                if (_next >= isTaken.Length) _next -= (uint)isTaken.Length;
            }

            return _next;
        }
    }
}
