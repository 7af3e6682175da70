namespace L4Balancer.Config;

/// <summary>
/// The whole configuration of a balancer. Immutable; made by the daemon from its file, or by hand in tests.
/// </summary>
public sealed record BalancerConfig
{
    /// <summary>What belongs to the process as a whole.</summary>
    public GlobalConfig Global { get; init; } = new();

    /// <summary>Its place among balancers of the same configuration.</summary>
    public FleetConfig Fleet { get; init; } = new();

    /// <summary>What is written to the log.</summary>
    public LogConfig Log { get; init; } = new();

    /// <summary>Where the process answers about itself.</summary>
    public AdminConfig Admin { get; init; } = new();

    /// <summary>What clients connect to. Names are unique.</summary>
    public IReadOnlyList<ServiceConfig> Services { get; init; } = [];
}
