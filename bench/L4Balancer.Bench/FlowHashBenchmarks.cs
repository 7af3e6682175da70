using BenchmarkDotNet.Attributes;
using L4Balancer.Net;

namespace L4Balancer.Bench;

/// <summary>What it costs to turn a flow into the 64 bits that a selector works on.</summary>
[MemoryDiagnoser]
public class FlowHashBenchmarks
{
    private readonly FlowKey[] _flows = FlowKeys.Make();

    /// <summary>All of the 5-tuple, 37 bytes; the default.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = FlowKeys.Count)]
    public ulong FiveTuple() => HashAll(HashOn.FiveTuple);

    /// <summary>The client's address, 16 bytes.</summary>
    [Benchmark(OperationsPerInvoke = FlowKeys.Count)]
    public ulong Source() => HashAll(HashOn.Source);

    private ulong HashAll(HashOn hashOn)
    {
        ulong sum = 0;
        foreach (ref readonly FlowKey flow in _flows.AsSpan()) sum += FlowHash.Compute(flow, hashOn, seed: 42);
        return sum;
    }
}
