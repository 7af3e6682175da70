using L4Balancer.Bench.Load;
using NUnit.Framework;

namespace L4Balancer.Tests.Load;

/// <summary>The oracle is the sorted list of all values.</summary>
public sealed class LatencyHistogramTests
{
    private static readonly double[] Shares = [1e-9, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1];

    [Test]
    public void Percentile_OfAnyValues_IsWithinOnePercentOfTheSortedOnes([Range(1, 20)] int seed)
    {
        Random random = new(seed);
        long[] values = new long[random.Next(1, 20_000)];
        LatencyHistogram histogram = new();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (long)Math.Pow(2, random.NextDouble() * 39); // As many of every magnitude.
            histogram.Record(values[i]);
        }

        Array.Sort(values);
        foreach (double share in Shares)
        {
            long exact = values[Math.Max((int)Math.Ceiling(share * values.Length), 1) - 1];
            Assert.That(histogram.Percentile(share), Is.EqualTo(exact).Within(1).Percent, $"share {share}");
        }
    }

    [Test]
    public void Percentile_OfSmallValues_IsExact()
    {
        LatencyHistogram histogram = new();
        for (int value = 1; value <= 256; value++) histogram.Record(value);

        Assert.That(
            Enumerable.Range(1, 255).Select(value => histogram.Percentile(value / 256.0)),
            Is.EqualTo(Enumerable.Range(1, 255)));
    }

    [Test]
    public void Max_IsKeptAsItIs()
    {
        LatencyHistogram histogram = new();
        histogram.Record(1_234_567_891);
        histogram.Record(7);

        Assert.That(
            (histogram.Count, histogram.Max, histogram.Percentile(1)), Is.EqualTo((2, 1_234_567_891, 1_234_567_891)));
    }

    [Test]
    public void Record_WhatIsOutOfRange_CountsAsTheNearest()
    {
        LatencyHistogram histogram = new();
        histogram.Record(-1);
        histogram.Record(long.MaxValue);

        Assert.That((histogram.Percentile(0.5), histogram.Max), Is.EqualTo((0L, (1L << 40) - 1)));
    }

    [Test]
    public void RecordWritten_OfSeveral_HasThePercentilesOfAllTheirValues([Range(1, 10)] int seed)
    {
        Random random = new(seed);
        LatencyHistogram all = new();
        LatencyHistogram merged = new();
        for (int part = 0; part < 4; part++)
        {
            LatencyHistogram one = new();
            for (int i = random.Next(2_000); i > 0; i--)
            {
                long value = (long)Math.Pow(2, random.NextDouble() * 39);
                all.Record(value);
                one.Record(value);
            }

            merged.RecordWritten(one.Write());
        }

        Assert.That(merged.Count, Is.EqualTo(all.Count));
        foreach (double share in Shares)
            Assert.That(merged.Percentile(share), Is.EqualTo(all.Percentile(share)).Within(1).Percent, $"{share}");
    }

    [TestCase("1")]
    [TestCase("1:")]
    [TestCase("1:2:3")]
    [TestCase("1:2,x:3")]
    public void RecordWritten_WhatNobodyWrote_IsRefused(string written) =>
        Assert.That(() => new LatencyHistogram().RecordWritten(written), Throws.TypeOf<FormatException>());

    [Test]
    public void Percentile_OfNothing_IsZero() => Assert.That(new LatencyHistogram().Percentile(0.5), Is.Zero);

    [Test]
    public void Record_AllocatesNothing()
    {
        LatencyHistogram histogram = new();
        histogram.Record(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long value = 0; value < 10_000; value++) histogram.Record(value * value);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
