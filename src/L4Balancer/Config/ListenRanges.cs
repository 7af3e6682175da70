using System.Globalization;
using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>Writes listen addresses as the configuration does: neighbouring ports of one address are a range.</summary>
internal static class ListenRanges
{
    /// <summary>Most ports of one range: each is a socket on each shard.</summary>
    public const int MostPorts = 1024;

    /// <summary>The fewest texts that say the same.</summary>
    public static IEnumerable<string> Of(IEnumerable<ListenAddress> addresses)
    {
        foreach (IGrouping<(IpAddress, uint, bool), ListenAddress> group in addresses.GroupBy(
            static one => (one.Endpoint.Address, one.Endpoint.ScopeId, one.BothFamilies)))
        {
            foreach ((ListenAddress first, int count) in Runs(group)) yield return Text(first, count);
        }
    }

    private static IEnumerable<(ListenAddress First, int Count)> Runs(IEnumerable<ListenAddress> ofOneAddress)
    {
        ListenAddress first = default;
        int count = 0;
        foreach (ListenAddress next in ofOneAddress.OrderBy(static one => one.Endpoint.Port))
        {
            if (count is > 0 and < MostPorts && next.Endpoint.Port == first.Endpoint.Port + count)
            {
                count++;
                continue;
            }

            if (count > 0) yield return (first, count);
            (first, count) = (next, 1);
        }

        if (count > 0) yield return (first, count);
    }

    private static string Text(ListenAddress first, int count) => count == 1
        ? first.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{first}-{first.Endpoint.Port + count - 1}");
}
