namespace L4Balancer.Pools;

/// <summary>The members of a pool by their tiers.</summary>
internal static class Tiers
{
    /// <summary>Each tier that there is, first the one whose members come first.</summary>
    public static IEnumerable<Member[]> InOrder(IEnumerable<Member> members) => members
        .GroupBy(static one => one.Tier)
        .OrderBy(static tier => tier.Key)
        .Select(static tier => tier.ToArray());
}
