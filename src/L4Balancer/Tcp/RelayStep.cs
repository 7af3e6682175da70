namespace L4Balancer.Tcp;

/// <summary>What one step of a relay came to.</summary>
internal enum RelayStep
{
    /// <summary>Wait until the source is readable, and go on.</summary>
    Again,

    /// <summary>The target took only a part; the rest is held.</summary>
    Blocked,

    /// <summary>The target takes nothing any more; the session knows. What the source still sends is discarded.</summary>
    TargetGone,

    /// <summary>The direction is over; the session knows.</summary>
    Over,
}
