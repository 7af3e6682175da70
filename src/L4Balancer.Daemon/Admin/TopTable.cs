using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Net;
using L4Balancer.Telemetry;

namespace L4Balancer.Daemon.Admin;

/// <summary>Who uses most: the live flows summed by client, and by network.</summary>
internal static class TopTable
{
    /// <summary>What may be ranked by.</summary>
    public static readonly string[] Orders = ["bytes", "connections", "rate"];

    private const int V4NetworkBits = 24;
    private const int V6NetworkBits = 64;

    /// <summary>Ranks clients and networks.</summary>
    /// <param name="flows">The live flows.</param>
    /// <param name="rates">Bytes per second of each.</param>
    /// <param name="by">One of <see cref="Orders"/>.</param>
    /// <param name="limit">How many of each.</param>
    public static TopJson Rank(IReadOnlyList<FlowStatus> flows, double[] rates, string by, int limit)
    {
        Dictionary<IpAddress, Usage> clients = [];
        Dictionary<IpPrefix, Usage> networks = [];
        for (int i = 0; i < flows.Count; i++)
        {
            IpAddress client = flows[i].Flow.Client.Address;
            Usage usage = new(1, FlowRates.Bytes(flows[i]), rates[i]);
            Add(clients, client, usage);
            Add(networks, IpPrefix.Of(client, V4NetworkBits, V6NetworkBits), usage);
        }

        return new TopJson(
            by,
            [.. Most(clients, by, limit).Select(static one => new TopClientJson(
                one.Key.ToString(), one.Value.Connections, one.Value.Bytes, one.Value.Rounded))],
            [.. Most(networks, by, limit).Select(static one => new TopPrefixJson(
                one.Key.ToString(), one.Value.Connections, one.Value.Bytes, one.Value.Rounded))]);
    }

    private static void Add<T>(Dictionary<T, Usage> sums, T whose, Usage usage)
        where T : struct
    {
        Usage sum = sums.GetValueOrDefault(whose);
        sums[whose] = new Usage(
            sum.Connections + usage.Connections, sum.Bytes + usage.Bytes, sum.BytesPerSecond + usage.BytesPerSecond);
    }

    /// <summary>Where two are alike the address decides, so that a table does not dance.</summary>
    private static IEnumerable<KeyValuePair<T, Usage>> Most<T>(Dictionary<T, Usage> sums, string by, int limit)
        where T : struct =>
        sums.OrderByDescending(one => by switch
        {
            "connections" => one.Value.Connections,
            "rate" => one.Value.BytesPerSecond,
            _ => one.Value.Bytes,
        }).ThenBy(static one => one.Key.ToString(), StringComparer.Ordinal).Take(limit);

    private readonly record struct Usage(int Connections, long Bytes, double BytesPerSecond)
    {
        public double Rounded => Math.Round(BytesPerSecond, 1);
    }
}
