namespace L4Balancer.Health;

/// <summary>The framework's timers and delays throw where they are to take longer than 2^32 - 2 ms, 49 days.</summary>
internal static class FrameworkTimer
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>The time, cut to what a timer can take.</summary>
    public static TimeSpan AtMost(TimeSpan time) => time < Longest ? time : Longest;
}
