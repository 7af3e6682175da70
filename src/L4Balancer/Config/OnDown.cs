namespace L4Balancer.Config;

/// <summary>What happens to the connections of a backend that goes down.</summary>
public enum OnDown
{
    /// <summary>They go on for as long as they can. The default.</summary>
    Keep,

    /// <summary>They are ended, so that their clients come back and get another backend.</summary>
    Close,
}
