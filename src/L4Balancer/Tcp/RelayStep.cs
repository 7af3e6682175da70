namespace L4Balancer.Tcp;

/// <summary>What one step of a relay came to.</summary>
internal enum RelayStep
{
    /// <summary>Wait until the source is readable, and go on as before.</summary>
    Again,

    /// <summary>The same, and what comes next is probably not bulk.</summary>
    BurstOver,

    /// <summary>
    /// The target takes nothing any more; the session knows. What the source still sends is discarded.
    /// </summary>
    TargetGone,

    /// <summary>The direction is over; the session knows.</summary>
    Over,
}
