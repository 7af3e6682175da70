using System.Diagnostics;
using L4Balancer.Backends;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>What is remembered of latencies and bytes, and for how long.</summary>
internal sealed class MovingValuesTests
{
    private const long Start = 5_000_000_000_000;

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    [Test]
    public void Average_ALongerLatency_IsBelievedAtOnceAndShorterOnesByAndBy()
    {
        PeakAverage average = new();
        Assert.That(average.Seconds(Start), Is.Zero);

        average.Record(Ticks(0.001), Start);
        average.Record(Ticks(0.1), Start);
        Assert.That(average.Seconds(Start), Is.EqualTo(0.1f));

        average.Record(Ticks(0.001), Start);
        Assert.That(average.Seconds(Start), Is.EqualTo(0.1f));

        long now = Start;
        for (int i = 0; i < 100; i++) average.Record(Ticks(0.001), now += Ticks(0.1));
        Assert.That(average.Seconds(now), Is.EqualTo(0.001 + (0.099 / Math.E)).Within(0.003));
    }

    [Test]
    public void Average_NoSamples_FallsWithTime()
    {
        PeakAverage average = new();
        average.Record(Ticks(1), Start);
        Assert.That(average.Seconds(Start + Ticks(10)), Is.EqualTo(1 / Math.E).Within(0.002));
        Assert.That(average.Seconds(Start + Ticks(3600)), Is.LessThan(1e-9));
        Assert.That(average.Seconds(Start + Ticks(100 * 86_400)), Is.LessThan(1e-9));
    }

    [Test]
    public void Average_AClockThatIsABitBehind_ChangesNothing()
    {
        PeakAverage average = new();
        average.Record(Ticks(1), Start);
        Assert.That(average.Seconds(Start - Ticks(0.5)), Is.EqualTo(1));
        average.Record(Ticks(0.1), Start - Ticks(0.5));
        Assert.That(average.Seconds(Start), Is.EqualTo(1).Within(0.06));
    }

    [Test]
    public void Sum_ARateThatStays_IsThatOfTenSeconds()
    {
        DecayingSum sum = new();
        long now = Start;
        for (int i = 0; i < 10_000; i++) sum.Add(1000, now += Ticks(0.01));
        Assert.That(sum.Value(now), Is.EqualTo(1_000_000).Within(10_000));
        Assert.That(sum.Value(now + Ticks(10)), Is.EqualTo(1_000_000 / Math.E).Within(5_000));
    }

    [Test]
    public void Sum_SeveralThreadsAtOnce_LosesLittle()
    {
        DecayingSum sum = new();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            for (int i = 0; i < 10_000; i++) sum.Add(64, Start);
        });
        Assert.That(sum.Value(Start), Is.EqualTo(40_000 * 64).Within(40_000 * 64 * 0.01));
    }
}
