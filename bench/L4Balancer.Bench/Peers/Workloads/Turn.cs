using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>One balancer's turn in one round of a workload.</summary>
/// <param name="Rig">What starts programs.</param>
/// <param name="Contestant">Whose turn it is.</param>
/// <param name="Round">From 1; 0 warms up.</param>
/// <param name="LoadCores">Where load generators run.</param>
/// <param name="Samples">Where figures go.</param>
internal sealed record Turn(Rig Rig, Contestant Contestant, int Round, string LoadCores, Samples Samples)
{
    /// <summary>How long an ordinary workload measures; what warms up need not be measured well.</summary>
    public int Seconds => Round == 0 ? Math.Min(Rig.TurnSeconds, 2) : Rig.TurnSeconds;

    /// <summary>Keeps a figure.</summary>
    public void Add(string metric, double value) => Samples.Add(metric, Contestant.Name, Round, value);

    /// <summary>Keeps CPU time for each unit of work, and its parts, where there is a balancer.</summary>
    /// <param name="metric">Of the whole; the parts have its name and <c>-user</c> and <c>-system</c>.</param>
    /// <param name="time">CPU time of the turn.</param>
    /// <param name="units">Units of work.</param>
    /// <param name="perSecond">Units of the metric in a second: 1e6 for us.</param>
    public void AddCpu(string metric, ProcessTime time, double units, double perSecond)
    {
        if (Contestant.IsDirect) return;

        double user = ProcessGroup.Seconds(time.UserTicks) * perSecond / units;
        double system = ProcessGroup.Seconds(time.SystemTicks) * perSecond / units;
        Add(metric, user + system);
        Add($"{metric}-user", user);
        Add($"{metric}-system", system);
    }
}
