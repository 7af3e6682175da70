using System.Text;
using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Pools;

/// <summary>
/// Which part of the backends each balancer of a fleet uses, so that all backends get the same, by their weight
/// (deterministic aperture, as in Finagle). The backends stand on a circle in the order of their names' hashes, each
/// with a piece as long as its weight; the balancers begin on it at even distances, and each goes as far as it takes to
/// have about as many backends as asked for: a whole number of distances, so that the same number of balancers reaches
/// every place. Who is reached in part counts in part. One backend more or less moves the two ends of a part by at most
/// one backend each, and, where the number of distances changes, one end by the distance.
/// </summary>
internal static class Subset
{
    /// <summary>Says of each member which part of it is this balancer's own.</summary>
    /// <param name="members">Of the whole pool.</param>
    /// <param name="config">How many are wanted; 0 leaves everything to everybody.</param>
    /// <param name="place">This balancer's place, and the seed.</param>
    /// <returns>The members in their order.</returns>
    public static IReadOnlyList<Member> Mark(IReadOnlyList<Member> members, PoolConfig config, FleetPlace place)
    {
        if (config.SubsetSize == 0 || place.Size == 1) return members;

        // Of each tier, and where the own zone comes first of each zone, there is a subset: otherwise a balancer might
        // have none of those that it needs.
        bool byZone = config.Zones.PreferLocal && place.Zone.Length > 0;
        Dictionary<Member, double> own = new(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<(int, string), Member> circle in
            members.GroupBy(one => (one.Tier, byZone ? one.Zone : "")))
        {
            MarkCircle([.. circle], config.SubsetSize, place, own);
        }

        return [.. members.Select(one => one with { Own = own[one] })];
    }

    private static void MarkCircle(Member[] circle, int size, FleetPlace place, Dictionary<Member, double> own)
    {
        // A place on the circle in units of 1/Size of weight, so that all of it is in whole numbers.
        long length = (long)circle.Sum(static one => one.Configured) * place.Size;
        long distance = length / place.Size;
        long reached = distance * Distances(circle.Length, size, place.Size);
        long start = distance * place.Index;
        long from = 0;
        foreach (Member one in InOrder(circle, place.Seed))
        {
            long until = from + ((long)one.Configured * place.Size);
            // Seen twice, since the part may go round past the beginning.
            long common = Common(from, until, start, start + reached)
                + Common(from + length, until + length, start, start + reached);

            // Without a weight in the configuration it was given one by hand: that is meant for all balancers.
            own[one] = one.Configured == 0 ? 1 : (double)common / (until - from);
            from = until;
        }
    }

    /// <summary>How many distances come nearest to so many backends; at least one, at most the whole circle.</summary>
    private static long Distances(int backends, int size, int balancers) =>
        Math.Clamp((((long)size * balancers) + (backends / 2)) / backends, 1, balancers);

    private static IEnumerable<Member> InOrder(Member[] circle, ulong seed) => circle
        .OrderBy(one => XxHash64.Hash(Encoding.UTF8.GetBytes(one.Backend.Name), seed))
        .ThenBy(static one => one.Backend.Name, StringComparer.Ordinal);

    private static long Common(long from, long until, long start, long end) =>
        Math.Max(0, Math.Min(until, end) - Math.Max(from, start));
}
