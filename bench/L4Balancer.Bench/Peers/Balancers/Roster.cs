namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>The balancers by name.</summary>
internal static class Roster
{
    public const string Haproxy = "haproxy";

    /// <summary>HAProxy without splicing.</summary>
    public const string HaproxyPlain = "haproxy-plain";

    /// <summary>HAProxy that splices everything; shown beside bulk transfers, not judged.</summary>
    public const string HaproxySplice = "haproxy-splice";

    public const string Nginx = "nginx";

    /// <summary>nginx with multi_accept, which only matters to UDP; shown, not judged.</summary>
    public const string NginxMulti = "nginx-multi";

    /// <summary>L4Balancer with one shard where the others have two workers.</summary>
    public const string OneShard = "l4balancer-1";

    /// <summary>Those of which the better one is what L4Balancer is compared with.</summary>
    public static readonly IReadOnlyList<string> Peers = [Haproxy, HaproxyPlain, Nginx];

    /// <summary>All others than L4Balancer, as the tables have them.</summary>
    public static readonly IReadOnlyList<string> Others = [Haproxy, HaproxyPlain, HaproxySplice, Nginx, NginxMulti];

    /// <summary>The variants of HAProxy that are judged.</summary>
    public static readonly IReadOnlyList<string> HaproxyVariants = [Haproxy, HaproxyPlain];

    /// <summary>How a balancer is started.</summary>
    public static BalancerProgram Program(string name) => name switch
    {
        Haproxy => new HaproxyProgram(name, Splicing.Auto),
        HaproxyPlain => new HaproxyProgram(name, Splicing.Never),
        HaproxySplice => new HaproxyProgram(name, Splicing.Always),
        Nginx => new NginxProgram(name, multiAccept: false),
        NginxMulti => new NginxProgram(name, multiAccept: true),
        Contestant.OwnName => new L4BalancerProgram(name),
        OneShard => new L4BalancerProgram(name, shards: 1),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
