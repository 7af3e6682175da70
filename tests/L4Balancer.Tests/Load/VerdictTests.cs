using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;
using NUnit.Framework;

namespace L4Balancer.Tests.Load;

/// <summary>Differences, of which the figures are the direct connections' and what is added to them.</summary>
public sealed class VerdictTests
{
    private const string Whole = "latency-1-p99";

    private static readonly Metric Added =
        new($"{Whole}-added", "added", MetricGroup.Latency) { DifferenceIn = Whole };

    [Test]
    public void Ratio_OfDifferencesThatShow_IsThatOfTheirMedians() =>
        Assert.That(
            Ratio(direct: [100, 101, 99], own: [30, 10, 9_000], peer: [-500, 60, 70]), Is.EqualTo(0.5).Within(1e-9));

    [TestCase(0.01, -0.01)]
    [TestCase(-0.01, 0.01)]
    [TestCase(0, 0)]
    [TestCase(-50, -2)]
    [TestCase(-2, -50)]
    public void Ratio_OfTwoThatCannotBeToldFromNothing_IsOne(double own, double peer) =>
        Assert.That(Ratio(direct: [100], [own], [peer]), Is.EqualTo(1));

    [Test]
    public void Ratio_ToNothing_GrowsWithWhatIsAdded_AndIsFinite([Values(-10, 0)] double nothing)
    {
        double? little = Ratio(direct: [100], own: [10], peer: [nothing]);
        double? much = Ratio(direct: [100], own: [20], peer: [nothing]);

        Assert.That(little, Is.GreaterThan(1));
        Assert.That(much, Is.EqualTo(little * 2).Within(1e-9));
    }

    [Test]
    public void Ratio_OfTheSameTwoTurnedRound_IsItsInverse(
        [Values(-7, 0, 0.2, 5, 80)] double one, [Values(-3, 0, 0.3, 40)] double other) =>
        Assert.That(
            Ratio([90, 100, 130], [one], [other]) * Ratio([90, 100, 130], [other], [one]),
            Is.EqualTo(1).Within(1e-9));

    [Test]
    public void Ratio_WithoutDirectFigures_IsUnknown() => Assert.That(Ratio([], [1], [2]), Is.Null);

    private static double? Ratio(double[] direct, double[] own, double[] peer)
    {
        Samples samples = new();
        Add(samples, Whole, Contestant.DirectName, direct);
        Add(samples, Added.Name, Contestant.OwnName, own);
        Add(samples, Added.Name, Roster.Haproxy, peer);
        return Verdict.Ratio(Added, Roster.Haproxy, samples);
    }

    private static void Add(Samples samples, string metric, string contestant, double[] values)
    {
        for (int i = 0; i < values.Length; i++) samples.Add(metric, contestant, i + 1, values[i]);
    }
}
