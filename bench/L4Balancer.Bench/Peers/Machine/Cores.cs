namespace L4Balancer.Bench.Peers.Machine;

/// <summary>Which cores programs run on, as taskset(1) has it.</summary>
internal static class Cores
{
    /// <summary>Servers, load generators and this program.</summary>
    public const string Load = "0";

    /// <summary>All balancers; those that have no turn are idle.</summary>
    public const string Balancer = "1";

    /// <summary>Everything, where balancers have two workers.</summary>
    public const string Both = "0,1";
}
