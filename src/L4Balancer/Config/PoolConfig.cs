using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>
/// A set of backends with a policy: a <c>[pool.NAME]</c> table, or what a service defines for itself.
/// </summary>
public sealed record PoolConfig
{
    /// <summary>The <c>[pool.NAME]</c>, or the service's name where it lists its own backends.</summary>
    public required string Name { get; init; }

    /// <summary>Most backends of a pool: selectors number them in 16 bits.</summary>
    public const int MaxBackends = 65_536;

    /// <summary>
    /// 1 to <see cref="MaxBackends"/>, 0 where there is a <see cref="BackendsFile"/>; names are unique in the pool. The
    /// order has no meaning. Names are not resolved in it: <c>Discovery</c> makes of it what is in force.
    /// </summary>
    public required IReadOnlyList<BackendConfig> Backends { get; init; }

    /// <summary>Full path of a file with further backends (<c>backends_file</c>); empty where there is none.</summary>
    public string BackendsFile { get; init; } = "";

    /// <summary>How names are resolved.</summary>
    public ResolveConfig Names { get; init; } = new();

    /// <summary>The policy. Default ring.</summary>
    public BalancePolicy Balance { get; init; } = BalancePolicy.Ring;

    /// <summary>What of a flow the policy hashes, where it does. Default the 5-tuple.</summary>
    public HashOn HashOn { get; init; } = HashOn.FiveTuple;

    /// <summary>
    /// A backend's most sessions as a multiple of its share of all, above 1 and at most 10, where the policy hashes.
    /// Default 0: no bound.
    /// </summary>
    public double MaxLoad { get; init; }

    /// <summary>The policy maglev.</summary>
    public MaglevConfig Maglev { get; init; } = new();

    /// <summary>The policy places flows by their hash.</summary>
    internal bool Hashes => Balance is BalancePolicy.Ring or BalancePolicy.Maglev;

    /// <summary>Active probes.</summary>
    public HealthConfig Health { get; init; } = new();

    /// <summary>Passive ejection.</summary>
    public EjectionConfig Ejection { get; init; } = new();

    /// <summary>Where connections wait while every backend is full.</summary>
    public QueueConfig Queue { get; init; } = new();

    /// <summary>How a backend that comes back gets its share.</summary>
    public SlowStartConfig SlowStart { get; init; } = new();

    /// <summary>
    /// What happens to the connections of a backend that probes or failed connects take out. Default keep.
    /// </summary>
    public OnDown OnDown { get; init; }

    /// <summary>
    /// How long the flows of a drained or removed backend may go on (<c>drain.timeout</c>). Default zero: for ever.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; }

    /// <summary>Whether backends near by come first.</summary>
    public ZonesConfig Zones { get; init; } = new();

    /// <summary>
    /// Backends that each balancer of the fleet uses (<c>subset.size</c>). Default 0: all.
    /// </summary>
    public int SubsetSize { get; init; }

    /// <summary>
    /// Share of the backends below which those that are available are too few, and all that are wanted are used,
    /// whatever probes say (<c>panic.threshold</c>). Default 0: never.
    /// </summary>
    public double PanicThreshold { get; init; }

    /// <summary>What happens where no backend is available. Default: new flows are refused.</summary>
    public WhenDown WhenDown { get; init; } = WhenDown.Refuse;
}
