using System.Globalization;

namespace L4Balancer.Tests.Processes;

/// <summary>What the kernel counts of UDP in the network that a process runs in, from /proc.</summary>
internal readonly record struct UdpKernelCounters(int Process)
{
    /// <summary>
    /// Datagrams that came for a socket and did not reach it, full buffers among the reasons (InErrors of IPv4).
    /// </summary>
    public long ReceiveErrors => Counter("InErrors");

    /// <summary>Datagrams for a port without a socket.</summary>
    public long NoPorts => Counter("NoPorts");

    /// <summary>Datagrams that the sockets bound to an IPv4 port have dropped.</summary>
    public long DropsAt(int port)
    {
        string suffix = $":{port:X4}";
        return File.ReadLines($"/proc/{Process}/net/udp").Skip(1)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(suffix, StringComparison.Ordinal)) // The local address.
            .Sum(static fields => Number(fields[^1]));
    }

    private long Counter(string name)
    {
        // Two lines that begin alike: the names, then the values.
        string[][] lines =
        [
            .. File.ReadLines($"/proc/{Process}/net/snmp")
                .Where(static line => line.StartsWith("Udp:", StringComparison.Ordinal))
                .Select(static line => line.Split(' ')),
        ];
        return Number(lines[1][Array.IndexOf(lines[0], name)]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
