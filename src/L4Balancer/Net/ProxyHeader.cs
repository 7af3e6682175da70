using System.Net;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Net;

/// <summary>Writes headers of the PROXY protocol (proxy-protocol.txt of HAProxy, sections 2.1 and 2.2).</summary>
internal static class ProxyHeader
{
    /// <summary>
    /// Version 2 of a connection that nobody is behind: command LOCAL, family UNSPEC, no addresses. The receiver uses
    /// those of the connection itself.
    /// </summary>
    public static ReadOnlyMemory<byte> V2Local { get; } = Convert.FromHexString("0d0a0d0a000d0a515549540a20000000");

    /// <summary>Version 1: <c>PROXY TCP4 192.0.2.1 192.0.2.2 50000 80</c> and a line's end.</summary>
    /// <param name="source">Who connects.</param>
    /// <param name="target">Where to, of the same family.</param>
    public static ReadOnlyMemory<byte> V1(IPEndPoint source, IPEndPoint target)
    {
        string family = source.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(
            $"PROXY {family} {Plain(source)} {Plain(target)} {source.Port} {target.Port}\r\n");
    }

    /// <summary>Without a scope, which other hosts do not know.</summary>
    private static IPAddress Plain(IPEndPoint endpoint) => new(endpoint.Address.GetAddressBytes());
}
