using System.Globalization;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>What is equal for all balancers, by the names that their configurations use.</summary>
internal static class Settings
{
    private const int SpareDescriptors = 100; // Of nginx: listeners, its log, its channel.

    /// <summary>The settings of a balancer, or server, with so many workers.</summary>
    public static Dictionary<string, string> Common(Rig rig, string directory, int workers) => new()
    {
        ["directory"] = directory,
        ["workers"] = workers.ToString(CultureInfo.InvariantCulture),
        ["descriptors"] = rig.Descriptors.ToString(CultureInfo.InvariantCulture),
        ["worker_connections"] = (rig.Descriptors - SpareDescriptors).ToString(CultureInfo.InvariantCulture),
        ["backlog"] = "4096",
        ["connect_seconds"] = "5",
        ["idle_seconds"] = "600",
        ["udp_idle_seconds"] = "60",
    };
}
