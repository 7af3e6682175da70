namespace L4Balancer.Backends;

/// <summary>What a pool makes of a backend that is available.</summary>
public enum BackendUse
{
    /// <summary>It takes its share of the new flows. The default.</summary>
    InUse,

    /// <summary>It takes flows when those before it do not: a backup, of a later tier, or of another zone.</summary>
    Standby,

    /// <summary>It is left to other balancers of the fleet, and takes flows when the own subset does not.</summary>
    Subset,
}
