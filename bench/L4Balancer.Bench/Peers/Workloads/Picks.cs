using System.Diagnostics;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Report;
using L4Balancer.Net;
using L4Balancer.Pools;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// A pick on a ring of 1,000 backends, in this process: each of another flow, so that it misses the caches as it does
/// in reality. BenchmarkDotNet measures the same more closely (<see cref="SelectorBenchmarks"/>).
/// </summary>
internal sealed class Picks : Workload
{
    private const int Backends = 1_000;
    private const int Sweeps = 64;
    private const int WarmUpSweeps = 400; // About half a second, after which the compiler has done all that it does.

    private readonly FlowKey[] _flows = FlowKeys.Make();
    private Pool? _pool;

    public override string Name => "picks";

    public override Setting Setting => Setting.Alone;

    public override IReadOnlyList<string> Contestants => [Contestant.OwnName];

    public override IReadOnlyList<Service> Services => [];

    public override IReadOnlyList<Metric> Metrics =>
    [
        new("pick", $"ns per Pool.Pick, ring of {Backends:N0} backends", MetricGroup.Process) { Decimals = 1 },
        new("pick-bytes", "  bytes allocated", MetricGroup.Process) { Decimals = 0 },
    ];

    public override int Rounds(int rounds) => Math.Max(rounds, 5);

    public override void Run(Turn turn)
    {
        _pool ??= BenchPool.Make(Backends);
        if (turn.Round == 0) PickAll(_pool, WarmUpSweeps);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        PickAll(_pool, Sweeps);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        turn.Add("pick", elapsed.TotalNanoseconds / Sweeps / FlowKeys.Count);
        turn.Add("pick-bytes", allocated / (double)Sweeps / FlowKeys.Count);
    }

    private void PickAll(Pool pool, int sweeps)
    {
        for (int sweep = 0; sweep < sweeps; sweep++) PickAll(pool);
    }

    private void PickAll(Pool pool)
    {
        foreach (ref readonly FlowKey flow in _flows.AsSpan())
        {
            if (pool.Pick(flow, []) is null) throw new InvalidOperationException("the ring is empty");
        }
    }
}
