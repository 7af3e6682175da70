namespace L4Balancer.Config;

/// <summary>What a backend counts as before the first probe has ended.</summary>
public enum InitialState
{
    /// <summary>Nothing: the first probe decides alone, and a start waits for it. The default.</summary>
    Probe,

    /// <summary>Up: it takes as many failures as ever to take it down.</summary>
    Up,

    /// <summary>Down: it takes as many successes as ever to bring it up.</summary>
    Down,
}
