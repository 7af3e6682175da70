using System.Numerics;
using System.Text;
using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Selection;

/// <summary>
/// Consistent-hash ring (Karger and others, 1997): every backend stands at many points of a 64-bit circle, in proportion to its
/// weight, and a flow goes to the first point at or after its own hash. When a backend leaves, only the flows at its points move,
/// each to the next backend of its own; when it returns they return. Points depend on the backend's name and the seed
/// alone, so every node with the same configuration picks alike, in whatever order the backends are listed.
/// Immutable; read by every shard without a lock and without allocating.
/// </summary>
internal sealed class RingSelector
{
    /// <summary>
    /// Points per unit of weight. Shares then deviate by about 1/sqrt(256) = 6 % of themselves (one standard deviation).
    /// </summary>
    private const int PointsPerWeight = 256;

    /// <summary>Most points of a ring: 16 MiB. Above it every backend has fewer points per weight, at least one.</summary>
    private const int MaxPoints = 1 << 20;

    private readonly Backend[] _candidates;
    private readonly ulong[] _points;
    private readonly ushort[] _owners;
    private readonly int[] _firstOfBucket;
    private readonly int _bucketShift;

    /// <summary>Builds the ring.</summary>
    /// <param name="candidates">Backends with a weight above 0, at most 65,536; any order.</param>
    /// <param name="configuredWeight">
    /// Weight of all configured backends, also of those that are not available now: what decides the density of points must not
    /// change when a backend goes down, or flows would move that have nothing to do with it.
    /// </param>
    /// <param name="seed">The fleet's seed.</param>
    public RingSelector(IReadOnlyList<Backend> candidates, int configuredWeight, ulong seed)
    {
        // By name, so that two points of the same hash fall to the same backend on every node.
        _candidates = [.. candidates.OrderBy(static backend => backend.Name, StringComparer.Ordinal)];
        int pointsPerWeight = Math.Clamp(MaxPoints / Math.Max(configuredWeight, 1), 1, PointsPerWeight);

        int count = _candidates.Sum(backend => backend.Weight * pointsPerWeight);
        _points = new ulong[count];
        _owners = new ushort[count];
        PlacePoints(pointsPerWeight, seed);
        Array.Sort(_points, _owners);

        // As many buckets as points, so that a pick looks at one or two points.
        int bucketBits = Math.Max(1, BitOperations.Log2((uint)Math.Max(count, 2)));
        _bucketShift = 64 - bucketBits;
        _firstOfBucket = IndexBuckets(1 << bucketBits);
    }

    /// <summary>The backend of a flow: the owner of the first point at or after its hash that was not tried yet.</summary>
    /// <param name="hash">The flow's hash.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <returns>Null where every candidate was tried. Looks at each point at most once.</returns>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried)
    {
        int point = FirstAtOrAfter(hash);
        for (int looked = 0; looked < _points.Length; looked++)
        {
            Backend owner = _candidates[_owners[point]];
            if (tried.IsEmpty || !Contains(tried, owner)) return owner;
            if (++point == _points.Length) point = 0;
        }

        return null;
    }

    private static bool Contains(ReadOnlySpan<Backend> tried, Backend backend)
    {
        foreach (Backend one in tried)
        {
            if (ReferenceEquals(one, backend)) return true;
        }

        return false;
    }

    private int FirstAtOrAfter(ulong hash)
    {
        int point = _firstOfBucket[hash >> _bucketShift];
        while (point < _points.Length && _points[point] < hash) point++;
        return point < _points.Length ? point : 0;
    }

    /// <summary>Point i of a backend is XXH64 of (XXH64 of its name) and i, both as 8 bytes.</summary>
    private void PlacePoints(int pointsPerWeight, ulong seed)
    {
        Span<byte> input = stackalloc byte[sizeof(ulong) * 2];
        int next = 0;
        for (int owner = 0; owner < _candidates.Length; owner++)
        {
            Backend backend = _candidates[owner];
            ulong identity = XxHash64.Hash(Encoding.UTF8.GetBytes(backend.Name), seed);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(input, identity);
            for (int i = 0; i < backend.Weight * pointsPerWeight; i++)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(input[sizeof(ulong)..], (ulong)i);
                _points[next] = XxHash64.Hash(input, seed);
                _owners[next++] = (ushort)owner;
            }
        }
    }

    private int[] IndexBuckets(int buckets)
    {
        int[] first = new int[buckets];
        int point = 0;
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            while (point < _points.Length && _points[point] >> _bucketShift < (ulong)bucket) point++;
            first[bucket] = point;
        }

        return first;
    }
}
