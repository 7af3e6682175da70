namespace L4Balancer.Telemetry;

/// <summary>
/// Counts of values by upper bound, in the shape that Prometheus wants. One thread writes, any reads.
/// </summary>
internal class Histogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private double _sum;

    /// <param name="bounds">Upper bounds in rising order, without the infinite one.</param>
    public Histogram(double[] bounds)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
    }

    /// <summary>Upper bounds, without the infinite one.</summary>
    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Sum of all values.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Values of one bucket alone; the last is the one without bound.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>Counts one value.</summary>
    public void Record(double value)
    {
        int bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket]) bucket++;
        Volatile.Write(ref _counts[bucket], _counts[bucket] + 1);
        Volatile.Write(ref _sum, _sum + value);
    }
}
