using System.Net;

namespace L4Balancer.Discovery;

/// <summary>A record of an answer. What its type does not have is empty.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Type">Which of the other values there are.</param>
internal sealed record DnsRecord(string Owner, DnsType Type)
{
    /// <summary>Of A and AAAA.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Of CNAME and SRV; empty is the root, which as a server's name means that there is none.</summary>
    public string Target { get; init; } = "";

    /// <summary>Of SRV: lower ones come first.</summary>
    public ushort Priority { get; init; }

    /// <summary>Of SRV: its share among those of its priority.</summary>
    public ushort Weight { get; init; }

    /// <summary>Of SRV.</summary>
    public ushort Port { get; init; }
}
