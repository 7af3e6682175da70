namespace L4Balancer.Config;

/// <summary>What becomes of new flows where no backend is available.</summary>
public enum WhenDown
{
    /// <summary>They are turned away. The default.</summary>
    Refuse,

    /// <summary>They go to all backends that the operator wants, whatever probes say.</summary>
    Open,
}
