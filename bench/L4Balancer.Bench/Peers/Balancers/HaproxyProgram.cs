using System.Globalization;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>
/// HAProxy with what its manual offers for speed: splice-auto, with pipes for every connection of the bulk load and of
/// the size that L4Balancer's have; and without it, since copying is sometimes the cheaper one.
/// </summary>
internal sealed class HaproxyProgram(string name, bool splice) : BalancerProgram(name, "haproxy.cfg")
{
    private const int SpareDescriptors = 1_000; // Two for each pipe, and some.

    protected override string AddSettings(Rig rig, int workers, Dictionary<string, string> values)
    {
        values["variant"] = splice ? "Here: with splicing." : "Here: without splicing.";
        values["splice"] = splice ? "" : "no ";
        values["pipe_bytes"] = (256 * 1024).ToString(CultureInfo.InvariantCulture);
        values["connections"] = ((rig.Descriptors - SpareDescriptors) / 2).ToString(CultureInfo.InvariantCulture);
        return "";
    }

    // Without a master, so that the process is the one that works.
    protected override IEnumerable<string> Command(Rig rig, string file) => ["haproxy", "-db", "-f", file];
}
