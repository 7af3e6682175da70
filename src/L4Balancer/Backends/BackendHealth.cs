namespace L4Balancer.Backends;

/// <summary>What the probes say of a backend.</summary>
public enum BackendHealth
{
    /// <summary>No probe has ended yet.</summary>
    Unknown,

    /// <summary>Probes succeed, or there are none.</summary>
    Up,

    /// <summary>Probes fail.</summary>
    Down,
}
