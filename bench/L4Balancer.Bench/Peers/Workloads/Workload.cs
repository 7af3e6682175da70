using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>Which processes a workload meets.</summary>
internal enum Setting
{
    /// <summary>All balancers of TCP stand beside each other for all rounds, one worker on one core.</summary>
    Tcp,

    /// <summary>The same for UDP.</summary>
    Udp,

    /// <summary>All have two workers, and share both cores with the load.</summary>
    TwoWorkers,

    /// <summary>Every turn has a balancer of TCP that was started for it, the only one.</summary>
    FreshTcp,

    /// <summary>The same for UDP.</summary>
    FreshUdp,

    /// <summary>No other process.</summary>
    Alone,
}

/// <summary>Something that all balancers are asked to do, in turns.</summary>
internal abstract class Workload
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Which processes it meets.</summary>
    public abstract Setting Setting { get; }

    /// <summary>Whose turns there are.</summary>
    public abstract IReadOnlyList<string> Contestants { get; }

    /// <summary>
    /// Whether figures without a balancer are part of what is measured. Elsewhere they show that the load has room, for
    /// which one round is enough.
    /// </summary>
    public virtual bool ComparesWithDirect => false;

    /// <summary>Which services it uses.</summary>
    public abstract IReadOnlyList<Service> Services { get; }

    /// <summary>What it measures.</summary>
    public abstract IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Whether a run of two minutes has time for it.</summary>
    public virtual bool IsQuick => true;

    /// <summary>
    /// Whether its first turns are not counted: the just-in-time compiler's work is not a round trip's.
    /// </summary>
    public virtual bool WarmsUp => Setting is not (Setting.FreshTcp or Setting.FreshUdp);

    /// <summary>
    /// Rounds that it takes where an ordinary workload takes so many. What takes long takes fewer; what a stall of the
    /// machine would spoil takes more and shorter ones, so that it spoils little.
    /// </summary>
    public virtual int Rounds(int rounds) => rounds;

    /// <summary>Measures one turn.</summary>
    public abstract void Run(Turn turn);

    /// <summary>Adds what follows from the figures of several balancers, once all turns are over.</summary>
    public virtual void Finish(Samples samples)
    {
    }
}
