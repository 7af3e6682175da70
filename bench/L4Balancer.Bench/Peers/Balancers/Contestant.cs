using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>A balancer that runs, or none at all: then the servers are reached directly.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Endpoints">By which ports it serves.</param>
/// <param name="Processes">What works; nobody where there is no balancer.</param>
/// <param name="ReadyAfter">From its start to the first connection that it served.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="AdminAddress">Address and port of its metrics, or empty.</param>
internal sealed record Contestant(
    string Name,
    Endpoints Endpoints,
    ProcessGroup Processes,
    TimeSpan ReadyAfter,
    string Config,
    string AdminAddress)
{
    /// <summary>The name of what is no balancer.</summary>
    public const string DirectName = "direct";

    /// <summary>The program of this repository.</summary>
    public const string OwnName = "l4balancer";

    /// <summary>The servers without a balancer.</summary>
    public static Contestant Direct(Endpoints servers) =>
        new(DirectName, servers, new ProcessGroup([]), TimeSpan.Zero, "", "");

    public bool IsDirect => Name == DirectName;
}
