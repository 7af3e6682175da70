namespace L4Balancer.Net;

/// <summary>The transport a flow runs over; the value is the IP protocol number.</summary>
public enum FlowProtocol : byte
{
    /// <summary>TCP, IP protocol 6.</summary>
    Tcp = 6,

    /// <summary>UDP, IP protocol 17.</summary>
    Udp = 17,
}

/// <summary>
/// A flow's identity, the 5-tuple: who sends, which local address and port it was sent to, and the protocol.
/// </summary>
public readonly record struct FlowKey(IpEndpoint Client, IpEndpoint Local, FlowProtocol Protocol);
