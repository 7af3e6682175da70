using System.Buffers.Binary;

namespace L4Balancer.Net;

/// <summary>
/// Turns a flow into the 64 bits that a selector works on: XXH64 over a fixed layout, so that every node of a fleet
/// with the same seed computes the same value. Layout of the 5-tuple, network order: client address (16 bytes, IPv4
/// mapped), local address (16), client port (2), local port (2), protocol (1). For a
/// prefix of the source: the first 16 bytes, with 0 for what lies behind the prefix.
/// </summary>
internal static class FlowHash
{
    private const int AddressBytes = 16;
    private const int FiveTupleBytes = AddressBytes + AddressBytes + sizeof(ushort) + sizeof(ushort) + sizeof(byte);

    /// <summary>Hashes a flow. Called by every shard; allocates nothing.</summary>
    public static ulong Compute(in FlowKey flow, HashOn hashOn, ulong seed)
    {
        Span<byte> bytes = stackalloc byte[FiveTupleBytes];
        if (!hashOn.IsFiveTuple)
        {
            hashOn.PrefixOf(flow.Client.Address).WriteBytes(bytes);
            return XxHash64.Hash(bytes[..AddressBytes], seed);
        }

        flow.Client.Address.WriteBytes(bytes);
        flow.Local.Address.WriteBytes(bytes[AddressBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[32..], flow.Client.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[34..], flow.Local.Port);
        bytes[36] = (byte)flow.Protocol;
        return XxHash64.Hash(bytes, seed);
    }
}
