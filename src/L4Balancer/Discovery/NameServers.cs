using System.Net;

namespace L4Balancer.Discovery;

/// <summary>The name servers of the system, as /etc/resolv.conf lists them.</summary>
internal static class NameServers
{
    private const string SystemFile = "/etc/resolv.conf";
    private const int Port = 53;
    private const int MostServers = 3; // As the system's own resolver.

    /// <summary>Reads the file anew: it changes as networks come and go.</summary>
    public static IReadOnlyList<IPEndPoint> OfSystem()
    {
        try
        {
            return Parse(File.ReadLines(SystemFile));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Parse([]);
        }
    }

    /// <summary>The servers of such a file; one on this host where it lists none (resolv.conf(5)).</summary>
    public static IReadOnlyList<IPEndPoint> Parse(IEnumerable<string> lines)
    {
        List<IPEndPoint> servers = [];
        foreach (string line in lines)
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            bool isServer = words is ["nameserver", _, ..] && servers.Count < MostServers;
            if (isServer && IPAddress.TryParse(words[1], out IPAddress? address))
            {
                servers.Add(new IPEndPoint(address, Port));
            }
        }

        return servers.Count > 0 ? servers : [new IPEndPoint(IPAddress.Loopback, Port)];
    }
}
