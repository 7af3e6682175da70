using BenchmarkDotNet.Attributes;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Selection;

namespace L4Balancer.Bench;

/// <summary>
/// What a publish (build) and a connection (pick) cost by each policy. A pick is a whole <c>Pool.Pick</c>, the
/// hash included, and each is of another flow, so that it misses the caches as it does in reality: no two look at the
/// same place of a ring or table.
/// </summary>
[MemoryDiagnoser]
public class SelectorBenchmarks
{
    private const int Threads = 2;

    private readonly FlowKey[] _flows = FlowKeys.Make();
    private Pool _pool = null!;
    private Pool _full = null!;
    private Candidate[] _candidates = null!;

    /// <summary>The policy, by its word.</summary>
    [ParamsSource(nameof(Policies))]
    public string Policy { get; set; } = "";

    /// <summary>Backends of weight 1, all available.</summary>
    [Params(3, 100, 1000)]
    public int Backends { get; set; }

    /// <summary>The words of all policies.</summary>
    public static IEnumerable<string> Policies => ConfigWords.Policies.Select(static known => known.Word);

    [GlobalSetup]
    public void Setup()
    {
        BalancePolicy policy = ConfigWords.Policies.First(known => known.Word == Policy).Value;
        _pool = BenchPool.Make(Backends, policy);
        _full = BenchPool.Make(Backends, policy, maxConnections: 1);
        foreach (Backend backend in _full.Backends) _ = backend.TryBeginSession();
        _candidates = [.. _pool.Backends.Select(static backend => new Candidate(backend, backend.Weight))];
    }

    /// <summary>The selector alone, as a change of a backend's state publishes it.</summary>
    [Benchmark]
    public object Build() =>
        Selectors.Make(_pool.Config, _candidates, new FineWeights(Scale: 1, Backends), BenchPool.Seed);

    /// <summary>A flow's first pick.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public int Pick() => PickAll(_pool, []);

    /// <summary>A flow's second pick, after one backend refused.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public int PickAfterOneFailed() => PickAll(_pool, [_pool.Backends[0]]);

    /// <summary>A pick that finds all backends full: the most steps there are.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public int PickWhereAllAreFull() => PickAll(_full, []);

    /// <summary>A pick while another shard picks too: what they share costs both.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public void PickBesideAnother() => Parallel.For(
        0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ => PickAll(_pool, []));

    private int PickAll(Pool pool, ReadOnlySpan<Backend> tried)
    {
        int found = 0;
        foreach (ref readonly FlowKey flow in _flows.AsSpan())
        {
            if (pool.Pick(flow, tried) is not null) found++;
        }

        return found;
    }
}
