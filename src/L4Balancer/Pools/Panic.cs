using L4Balancer.Config;

namespace L4Balancer.Pools;

/// <summary>Why backends are used whatever probes say.</summary>
internal enum PanicReason
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>Fewer than <c>panic.threshold</c> are available: they would not bear all flows.</summary>
    TooFew,

    /// <summary>None is available, and <c>when_down = "open"</c>, or a threshold, says that flows are tried.</summary>
    NoneLeft,
}

/// <summary>
/// When probes are believed no longer: that most backends fail at once is more often the fault of the probe or of the
/// network in between. Only what probes and failures say is set aside, never what an operator wants.
/// </summary>
internal static class Panic
{
    /// <summary>Too few of these are available. Of those that are not wanted none counts.</summary>
    /// <param name="members">At least what is to serve.</param>
    /// <param name="threshold">The least share, 0 to 1; 0 is always met.</param>
    public static bool IsShort(IReadOnlyCollection<Member> members, double threshold) =>
        members.Count(static one => one.IsAvailable) < threshold * members.Count(static one => one.IsWanted);

    /// <summary>With none available all that are wanted are used.</summary>
    public static bool OpensWhenDown(PoolConfig config) =>
        config.WhenDown == WhenDown.Open || config.PanicThreshold > 0;
}
