using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>
/// Addresses as the configuration and the command line write them. Each method returns null and the value, or what is
/// wrong with the text and how to write it.
/// </summary>
internal static class AddressSyntax
{
    private const int LongestHostName = 253;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>
    /// Reads what a service listens on: <c>0.0.0.0:80</c>, <c>[::]:443</c>, <c>*:80</c>, each also as a port range.
    /// </summary>
    public static string? ParseListen(string text, out IReadOnlyList<ListenAddress> addresses)
    {
        addresses = [];
        if (ParseRange(text, out string host, out ushort first, out ushort last) is { } problem) return problem;

        bool bothFamilies = host == "*";
        IPAddress? address = bothFamilies ? IPAddress.IPv6Any : ParseLiteral(host);
        if (address is null) return NotAListenAddress(text, host);
        if (address.IsIPv6LinkLocal && address.ScopeId == 0)
        {
            return $"\"{text}\" is link-local and needs its interface, as in \"[fe80::1%eth0]:{first}\"";
        }

        addresses =
        [
            .. Enumerable.Range(first, last - first + 1)
                .Select(port => new ListenAddress(IpEndpoint.From(new IPEndPoint(address, port)), bothFamilies)),
        ];
        return null;
    }

    /// <summary>Reads one literal address with one port.</summary>
    public static string? ParseEndpoint(string text, out IpEndpoint endpoint)
    {
        endpoint = default;
        if (ParseListen(text, out IReadOnlyList<ListenAddress> addresses) is { } problem) return problem;
        if (addresses.Count > 1) return $"\"{text}\" is a port range; exactly one port is possible here";
        if (addresses[0].BothFamilies)
        {
            return $"\"{text}\" is not possible here; write \"0.0.0.0:{addresses[0].Endpoint.Port}\" or "
                + $"\"[::]:{addresses[0].Endpoint.Port}\"";
        }

        endpoint = addresses[0].Endpoint;
        return null;
    }

    /// <summary>
    /// Reads where a backend is: a literal address or a host name, and a port; or the name of SRV records, behind
    /// <see cref="BackendConfig.SrvPrefix"/>, whose port is 0.
    /// </summary>
    public static string? ParseBackend(string text, out string host, out ushort port)
    {
        bool isSrv = text.StartsWith(BackendConfig.SrvPrefix, StringComparison.Ordinal);
        if (isSrv) return ParseSrv(text, out host, out port);
        if (Split(text, out host, out string ports) is { } problem)
        {
            port = 0;
            return problem;
        }

        if (!TryParsePort(ports, out port)) return $"\"{text}\" needs a port from 1 to 65535 after the colon";
        if (ParseLiteral(host) is not null || IsHostName(host)) return null;

        return $"\"{text}\" is neither an address nor a host name with a port; "
            + "write \"10.0.0.11:8080\", \"[2001:db8::11]:8080\" or \"name:8080\"";
    }

    private static string? ParseSrv(string text, out string name, out ushort port)
    {
        name = text[BackendConfig.SrvPrefix.Length..];
        port = 0;
        if (name.Contains(':', StringComparison.Ordinal))
        {
            return $"\"{text}\" has a port, which SRV records say themselves; "
                + $"write \"{text[..text.IndexOf(':', StringComparison.Ordinal)]}\"";
        }

        return IsHostName(name)
            ? null
            : $"\"{text}\" is not the name of SRV records; write \"{BackendConfig.SrvPrefix}_web._tcp.example.net\"";
    }

    private static string? ParseRange(string text, out string host, out ushort first, out ushort last)
    {
        first = last = 0;
        if (Split(text, out host, out string ports) is { } problem) return problem;

        int dash = ports.IndexOf('-', StringComparison.Ordinal);
        string firstText = dash < 0 ? ports : ports[..dash];
        string lastText = dash < 0 ? ports : ports[(dash + 1)..];
        if (!TryParsePort(firstText, out first) || !TryParsePort(lastText, out last))
        {
            return $"\"{text}\" needs a port from 1 to 65535 after the colon, or a range such as 5000-5100";
        }

        if (last < first) return $"\"{text}\" has a range that ends before it begins; write \"{last}-{first}\"";

        return last - first < ListenRanges.MostPorts
            ? null
            : $"\"{text}\" has {last - first + 1} ports; a range may have at most {ListenRanges.MostPorts}";
    }

    /// <summary>Splits at the colon before the port; brackets around the host go away.</summary>
    private static string? Split(string text, out string host, out string ports)
    {
        int colon = text.LastIndexOf(':');
        (host, ports) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        if (colon < 0 && TryParsePort(text, out _)) return $"\"{text}\" has no address; write \"127.0.0.1:{text}\"";
        if (colon < 0) return $"\"{text}\" has no port; write \"{text}:PORT\"";
        if (host.Length == 0) return $"\"{text}\" has no address; write \"*:{ports}\" for every address of the host";

        if (host[0] == '[' && host[^1] == ']')
        {
            host = host[1..^1];
            return host.Contains(':', StringComparison.Ordinal)
                ? null
                : $"\"{text}\" has brackets around what is no IPv6 address";
        }

        return host.Contains(':', StringComparison.Ordinal)
            ? $"\"{text}\" is ambiguous; write an IPv6 address in brackets, as in \"[2001:db8::1]:443\""
            : null;
    }

    private static string NotAListenAddress(string text, string host) =>
        IsHostName(host)
            ? $"\"{text}\" is a host name; a listen address must be a literal one of this host, "
                + "such as \"0.0.0.0:80\", \"[::]:443\" or \"*:80\""
            : $"\"{text}\" is not an address; write one such as \"0.0.0.0:80\", \"[::]:443\" or \"*:80\"";

    /// <summary>
    /// Reads a literal address; null for everything else. Only the usual spelling of an IPv4 address counts: 010.0.0.1
    /// and 127.1 mean different things to different programs.
    /// </summary>
    public static IPAddress? ParseLiteral(string host)
    {
        if (host.AsSpan().ContainsAny("[]/") || !IPAddress.TryParse(host, out IPAddress? address)) return null;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return address;

        return address.ToString() == host ? address : null;
    }

    /// <summary>
    /// Letters, digits, hyphens and underscores between dots; the last label is not a number, or it were an address.
    /// </summary>
    private static bool IsHostName(string host)
    {
        string[] labels = host.TrimEnd('.').Split('.');
        return host.Length <= LongestHostName
            && labels.All(label => label.Length is > 0 and <= LongestLabel)
            && labels.All(label => !label.AsSpan().ContainsAnyExcept(LabelCharacters))
            && labels[^1].AsSpan().ContainsAnyExceptInRange('0', '9');
    }

    private static bool TryParsePort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0 && text[0] != '0';
}
