using System.Globalization;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>The daemon of this repository.</summary>
internal sealed class L4BalancerProgram(string name, int? shards = null) : BalancerProgram(name, "l4balancer.toml")
{
    protected override string AddSettings(Rig rig, int workers, Dictionary<string, string> values)
    {
        string port = rig.Ports.Take().ToString(CultureInfo.InvariantCulture);
        values["admin_port"] = port;
        values["workers"] = (shards ?? workers).ToString(CultureInfo.InvariantCulture);
        return $"127.0.0.1:{port}";
    }

    protected override IEnumerable<string> Command(Rig rig, string file) =>
        [rig.Options.Daemon, "run", "--config", file];
}
