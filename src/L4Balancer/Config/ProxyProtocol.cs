namespace L4Balancer.Config;

/// <summary>The header that tells a server whose connection it gets (the PROXY protocol), by its version.</summary>
public enum ProxyProtocol
{
    /// <summary>None. The default.</summary>
    Off,

    /// <summary>Version 1, a line of text.</summary>
    V1,

    /// <summary>Version 2, binary.</summary>
    V2,
}
