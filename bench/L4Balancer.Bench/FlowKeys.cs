using L4Balancer.Net;

namespace L4Balancer.Bench;

/// <summary>
/// Flows as a busy listener sees them. Far more than fit a cache line or two, and always the same ones, so that runs
/// are comparable.
/// </summary>
internal static class FlowKeys
{
    /// <summary>Flows of one benchmark operation.</summary>
    public const int Count = 1 << 14;

    /// <summary>IPv4 clients from random addresses and ports to one virtual address.</summary>
    public static FlowKey[] Make()
    {
        Random random = new(20251105);
        IpEndpoint local = new(IpAddress.FromV4(0xC000_0201), 443);
        FlowKey[] flows = new FlowKey[Count];
        foreach (ref FlowKey flow in flows.AsSpan())
        {
            IpAddress address = IpAddress.FromV4((uint)random.NextInt64(1L << 32));
            IpEndpoint client = new(address, (ushort)random.Next(1024, 65536));
            flow = new FlowKey(client, local, FlowProtocol.Tcp);
        }

        return flows;
    }
}
