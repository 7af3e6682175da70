namespace L4Balancer.Discovery;

/// <summary>The types of records that are asked for or followed.</summary>
internal enum DnsType : ushort
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>The name that an alias stands for.</summary>
    Cname = 5,

    /// <summary>An IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>A server of a service: priority, weight, port and name (RFC 2782).</summary>
    Srv = 33,
}
