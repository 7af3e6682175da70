using System.Globalization;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>When HAProxy splices.</summary>
internal enum Splicing
{
    /// <summary>Where it finds a transfer to be bulk, by a guess of its own (splice-auto).</summary>
    Auto,

    /// <summary>Never: copying is sometimes the cheaper one.</summary>
    Never,

    /// <summary>Always (splice-request, splice-response).</summary>
    Always,
}

/// <summary>
/// HAProxy with what its manual offers for speed: pipes for every connection of the bulk load and of the size that
/// L4Balancer's have.
/// </summary>
internal sealed class HaproxyProgram(string name, Splicing splicing) : BalancerProgram(name, "haproxy.cfg")
{
    private const int SpareDescriptors = 1_000; // Two for each pipe, and some.

    protected override string AddSettings(Rig rig, int workers, Dictionary<string, string> values)
    {
        values["variant"] = $"Here: splicing {splicing.ToString().ToLowerInvariant()}.";
        values["splice"] = splicing switch
        {
            Splicing.Auto => "option splice-auto",
            Splicing.Always => "option splice-request",
            _ => "",
        };
        values["splice_back"] = splicing == Splicing.Always ? "option splice-response" : "";
        values["pipe_bytes"] = (256 * 1024).ToString(CultureInfo.InvariantCulture);
        values["connections"] = ((rig.Descriptors - SpareDescriptors) / 2).ToString(CultureInfo.InvariantCulture);
        return "";
    }

    // Without a master, so that the process is the one that works.
    protected override IEnumerable<string> Command(Rig rig, string file) => ["haproxy", "-db", "-f", file];
}
