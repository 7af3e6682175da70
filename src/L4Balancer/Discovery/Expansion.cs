using System.Net;
using L4Balancer.Config;

namespace L4Balancer.Discovery;

/// <summary>
/// What backends a configured name comes to. It depends on the set of addresses alone, so that all balancers of a fleet
/// place flows alike.
/// </summary>
internal static class Expansion
{
    private const int GreatestWeight = 256;

    /// <summary>
    /// The backends that a name stands for. Of a host with one address the backend has the configured name; of one with
    /// several, and of SRV records, it is <c>NAME/ADDRESS</c> and <c>NAME/ADDRESS:PORT</c>. A name that nothing is
    /// known of is a backend without an address, which takes no flow.
    /// </summary>
    public static IEnumerable<BackendConfig> Of(BackendConfig name, IReadOnlyList<FoundServer> servers)
    {
        string source = Source(name);
        if (servers.Count == 0) return [name with { Source = source }];

        return name.IsSrv
            ? OfSrv(name with { Source = source }, servers)
            : servers.Select(server =>
            {
                string full = $"{name.Name}/{server.Address}";
                return name with
                {
                    Name = servers.Count == 1 ? name.Name : full,
                    Host = server.Address.ToString(),
                    HostName = server.Host,
                    Key = full,
                    Source = source,
                };
            });
    }

    private static string Source(BackendConfig name)
    {
        string address = ConfigText.Address(name);
        return name.Source is { } file ? $"{file}: {address}" : address;
    }

    /// <summary>
    /// Priorities keep their order, beginning with the lowest there is; from the tenth on they are one. Weights keep
    /// their proportions where they are too large, and none is 0, which RFC 2782 has for "hardly ever".
    /// </summary>
    private static IEnumerable<BackendConfig> OfSrv(BackendConfig name, IReadOnlyList<FoundServer> servers)
    {
        ushort[] priorities = [.. servers.Select(static one => one.Priority).Distinct().Order()];
        int heaviest = servers.Max(static one => one.Weight);
        return servers.Select(server =>
        {
            string full = $"{name.Name}/{new IPEndPoint(server.Address, server.Port)}";
            return name with
            {
                Name = full,
                Host = server.Address.ToString(),
                HostName = server.Host,
                Port = server.Port,
                Key = full,
                Weight = Weight(server.Weight, heaviest),
                Priority = Math.Min(Array.IndexOf(priorities, server.Priority), BackendConfig.MostPriority),
            };
        });
    }

    private static int Weight(int weight, int heaviest) => Math.Max(
        1, heaviest <= GreatestWeight ? weight : (int)Math.Round((double)weight * GreatestWeight / heaviest));
}
