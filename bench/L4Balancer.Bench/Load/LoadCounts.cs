namespace L4Balancer.Bench.Load;

/// <summary>What became of the datagrams of a load. Counts datagrams, also where they went in trains.</summary>
/// <param name="RoundTrips">Answered in time.</param>
/// <param name="GivenUp">Not answered in time, and replaced.</param>
/// <param name="Late">Answered after they were given up.</param>
/// <param name="Wrong">Answers that are not of their flow, not intact, or come again.</param>
internal record struct LoadCounts(long RoundTrips, long GivenUp, long Late, long Wrong)
{
    /// <summary>Never answered.</summary>
    public readonly long Lost => Math.Max(GivenUp - Late, 0);

    public static LoadCounts operator +(LoadCounts one, LoadCounts other) => new(
        one.RoundTrips + other.RoundTrips, one.GivenUp + other.GivenUp, one.Late + other.Late, one.Wrong + other.Wrong);

    public static LoadCounts operator -(LoadCounts later, LoadCounts earlier) => new(
        later.RoundTrips - earlier.RoundTrips,
        later.GivenUp - earlier.GivenUp,
        later.Late - earlier.Late,
        later.Wrong - earlier.Wrong);
}
