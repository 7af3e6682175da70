namespace L4Balancer.Health;

/// <summary>A probe that has been made, perhaps for several who asked.</summary>
/// <param name="Result">What it found.</param>
/// <param name="Number">Later ones have larger numbers.</param>
/// <param name="StartedAt">When it had its place and began, by the time's timestamps.</param>
/// <param name="EndedAt">When it ended, the same way.</param>
/// <param name="EndedOn">When it ended, on the wall clock.</param>
internal sealed record ProbeRun(
    ProbeResult Result, long Number, long StartedAt, long EndedAt, DateTimeOffset EndedOn);
