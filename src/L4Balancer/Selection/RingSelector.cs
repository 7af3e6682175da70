using System.Buffers.Binary;
using System.Text;
using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Selection;

/// <summary>
/// Consistent-hash ring (Karger and others, 1997): every backend stands at many points of a circle, in proportion to
/// its weight, and a flow goes to the first point at or after its own hash. When a backend leaves, only the flows at
/// its points move, each to the next backend of its own; when it returns they return. Points depend on the backend's
/// name and the seed alone, so every node with the same configuration picks alike, in whatever order the backends are
/// listed. Immutable; read by every shard without a lock and without allocating.
/// </summary>
internal sealed class RingSelector : IFlowPlacement
{
    /// <summary>
    /// Points per unit of weight. Shares then deviate by about 1/sqrt(256) = 6 % of themselves (one standard
    /// deviation).
    /// </summary>
    private const int PointsPerWeight = 256;

    /// <summary>
    /// Most points of a ring: 12 MiB, and 8 more while it is built. Above it every backend has fewer points per weight,
    /// at least one.
    /// </summary>
    private const int MaxPoints = 1 << 20;

    /// <summary>
    /// Of a point's 64 bits the upper 48 are its place on the circle, the lower 16 the index of its backend.
    /// </summary>
    private const ulong PlaceMask = ~(ulong)ushort.MaxValue;

    private readonly Candidate[] _candidates;
    private readonly SlotWalk _walk;
    private readonly ulong[] _table; // The points in rising order, spread out; see Spread.
    private readonly ulong _slots;

    /// <summary>Builds the ring.</summary>
    /// <param name="candidates">At least one, at most 65,536; any order.</param>
    /// <param name="weightOfAll"> Weight of all backends of the pool, also of those that are not available now: what
    /// decides the density of points must not change when a backend goes down, or flows would move that have nothing to
    /// do with it.
    /// </param>
    /// <param name="seed">The fleet's seed.</param>
    /// <param name="maxLoad">The bound of each one's load, above 1; 0 for none.</param>
    /// <param name="scale">What a candidate's weight is written as in place of 1, where parts of it matter.</param>
    public RingSelector(
        IReadOnlyList<Candidate> candidates, int weightOfAll, ulong seed, double maxLoad = 0, int scale = 1)
    {
        // By name, so that two points of the same hash fall to the same backend on every node.
        _candidates = Candidates.ByName(candidates);
        int pointsPerWeight = Math.Clamp(MaxPoints / Math.Max(weightOfAll, 1), 1, PointsPerWeight);

        int[] pointsOfEach = [.. _candidates.Select(one => Math.Max(1, one.Weight * pointsPerWeight / scale))];
        ulong[] points = new ulong[pointsOfEach.Sum()];
        PlacePoints(points, pointsOfEach, seed);
        Array.Sort(points);

        _slots = (ulong)points.Length + ((ulong)points.Length / 2);
        _table = Spread(points);
        _walk = new SlotWalk(_candidates, _table.Length, maxLoad);
    }

    /// <summary>
    /// The backend of a flow: the owner of the first point at or after its hash that was not tried yet and has
    /// room.
    /// </summary>
    /// <param name="hash">The flow's hash.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <returns>Null where every candidate was tried or is full.</returns>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        double bound = _walk.Begin();
        int first = FirstAtOrAfter(hash);
        int slot = first;
        for (int looked = 0; looked < _walk.MostSlots; looked++)
        {
            ref readonly Candidate owner = ref _candidates[(ushort)_table[slot]];
            if (_walk.Takes(owner, tried, bound)) return owner.Backend;
            if (++slot == _table.Length) slot = 0;
        }

        return _walk.End((ushort)_table[first], tried, bound);
    }

    /// <summary>Names of the candidates; what follows speaks of them by their index.</summary>
    public IReadOnlyList<string> Names => Candidates.Names(_candidates);

    /// <summary>The candidate that has a place of the circle.</summary>
    public int OwnerOf(ulong hash) => (ushort)_table[FirstAtOrAfter(hash)];

    /// <summary>Share of the circle that each candidate has, 0 to 1. Looks at every point.</summary>
    public double[] Shares()
    {
        double[] shares = new double[_candidates.Length];
        ulong last = 0;
        foreach (ulong point in _table) // Rising; a repeated point adds nothing.
        {
            ulong place = point & PlaceMask;
            shares[(ushort)point] += (place - last) / (double)PlaceMask;
            last = place;
        }

        return shares;
    }

    private int FirstAtOrAfter(ulong hash)
    {
        int slot = SlotOf(hash);
        while (_table[slot] < (hash & PlaceMask)) slot++; // Ends at the last slot, if not before.
        return slot;
    }

    /// <summary>Where the place of a hash or point stands in the table as long as no other is near it.</summary>
    private int SlotOf(ulong value) => (int)Math.BigMul(value & PlaceMask, _slots, out _);

    /// <summary>Point i of a backend is XXH64 of (XXH64 of its name) and i, both as 8 bytes.</summary>
    private void PlacePoints(Span<ulong> points, int[] pointsOfEach, ulong seed)
    {
        Span<byte> input = stackalloc byte[sizeof(ulong) * 2];
        int next = 0;
        for (int owner = 0; owner < _candidates.Length; owner++)
        {
            byte[] name = Encoding.UTF8.GetBytes(_candidates[owner].Backend.Name);
            BinaryPrimitives.WriteUInt64LittleEndian(input, XxHash64.Hash(name, seed));
            for (int i = 0; i < pointsOfEach[owner]; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(input[sizeof(ulong)..], (ulong)i);
                points[next++] = (XxHash64.Hash(input, seed) & PlaceMask) | (uint)owner;
            }
        }
    }

    /// <summary>
    /// Puts the sorted points into a table with half as many slots again: each at its own slot or, where that is taken,
    /// at the next free one; a slot left empty repeats the point after it. So the first point at or after a place is at
    /// the place's slot or just behind it, nearly always in the same cache line: a pick misses the caches once. The
    /// last slot leads round to the first point.
    /// </summary>
    private ulong[] Spread(ReadOnlySpan<ulong> points)
    {
        int end = 0;
        foreach (ulong point in points) end = Math.Max(end, SlotOf(point)) + 1;
        ulong[] table = new ulong[Math.Max(end, (int)_slots) + 1];

        int next = 0;
        foreach (ulong point in points)
        {
            int slot = Math.Max(next, SlotOf(point));
            table.AsSpan(next..(slot + 1)).Fill(point);
            next = slot + 1;
        }

        table.AsSpan(next).Fill(PlaceMask | (ushort)points[0]);
        return table;
    }
}
