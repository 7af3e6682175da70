using System.Buffers.Binary;
using System.Text;
using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Tests.Selection;

/// <summary>
/// The ring's definition written down as plainly as can be: a place is the upper 48 bits of a hash. Point i of a
/// backend is at the place of XXH64 of 16 bytes, XXH64 of its name and i, both little-endian; a flow belongs to the
/// first point at or after its own place, and after the last comes the first. (Two points at one place do not occur in
/// the tests.)
/// </summary>
internal sealed class PlainRing
{
    private const int PlaceShift = 16;

    private readonly SortedDictionary<ulong, string> _owners = [];

    public PlainRing(IEnumerable<Backend> backends, int pointsPerWeight, ulong seed)
    {
        foreach (Backend backend in backends)
        {
            byte[] input = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(input, XxHash64.Hash(Encoding.UTF8.GetBytes(backend.Name), seed));
            for (int i = 0; i < backend.Weight * pointsPerWeight; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(8), (ulong)i);
                _owners.Add(XxHash64.Hash(input, seed) >> PlaceShift, backend.Name);
            }
        }
    }

    /// <summary>Hashes at every point, and just before and after it.</summary>
    public IEnumerable<ulong> Edges => _owners.Keys.SelectMany(static place => new[]
    {
        (place << PlaceShift) - 1,
        place << PlaceShift,
        (place << PlaceShift) | ushort.MaxValue,
        (place + 1) << PlaceShift,
    });

    public string Pick(ulong hash)
    {
        foreach ((ulong place, string owner) in _owners)
        {
            if (place >= hash >> PlaceShift) return owner;
        }

        return _owners.First().Value;
    }
}
