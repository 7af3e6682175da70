using BenchmarkDotNet.Attributes;
using L4Balancer.Backends;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Selection;

namespace L4Balancer.Bench;

/// <summary>
/// What a publish (build) and a connection (pick) cost. A pick is a whole <c>Pool.Pick</c>, the hash included,
/// and each is of another flow, so that it misses the caches as it does in reality: no two look at the same place of
/// the ring.
/// </summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private readonly FlowKey[] _flows = FlowKeys.Make();
    private Pool _pool = null!;
    private Candidate[] _candidates = null!;
    private Backend[] _tried = null!;

    /// <summary>Backends of weight 1, all available.</summary>
    [Params(3, 100, 1000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _pool = BenchPool.Make(Backends);
        _candidates = [.. _pool.Backends.Select(static backend => new Candidate(backend, backend.Weight))];
        _tried = [_pool.Backends[0]];
    }

    /// <summary>The ring alone, as a change of a backend's state publishes it.</summary>
    [Benchmark]
    public object Build() => new RingSelector(_candidates, Backends, BenchPool.Seed);

    /// <summary>A flow's first pick.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public int Pick() => PickAll([]);

    /// <summary>A flow's second pick, after one backend refused.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public int PickAfterOneFailed() => PickAll(_tried);

    private int PickAll(ReadOnlySpan<Backend> tried)
    {
        int found = 0;
        foreach (ref readonly FlowKey flow in _flows.AsSpan())
        {
            if (_pool.Pick(flow, tried) is not null) found++;
        }

        return found;
    }
}
