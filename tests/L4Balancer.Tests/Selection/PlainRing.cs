using System.Buffers.Binary;
using System.Text;
using L4Balancer.Backends;
using L4Balancer.Net;

namespace L4Balancer.Tests.Selection;

/// <summary>
/// The ring's definition written down as plainly as can be: point i of a backend is XXH64 of 16 bytes, XXH64 of its name and i,
/// both little-endian; a flow belongs to the first point at or after its hash, and after the last comes the first.
/// </summary>
internal sealed class PlainRing
{
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
                _owners.Add(XxHash64.Hash(input, seed), backend.Name);
            }
        }
    }

    public IEnumerable<ulong> Points => _owners.Keys;

    public string Pick(ulong hash)
    {
        foreach ((ulong point, string owner) in _owners)
        {
            if (point >= hash) return owner;
        }

        return _owners.First().Value;
    }
}
