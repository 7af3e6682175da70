namespace L4Balancer.Backends;

/// <summary>What an operator wants of a backend, whatever its probes say.</summary>
public enum AdminState
{
    /// <summary>It takes flows while it is healthy. The default.</summary>
    Ready,

    /// <summary>It keeps the flows it has and takes no new ones.</summary>
    Drain,

    /// <summary>It has no flows.</summary>
    Maint,
}
