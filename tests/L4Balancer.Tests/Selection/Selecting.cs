using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Selection;

namespace L4Balancer.Tests.Selection;

/// <summary>What tests of selectors are made of.</summary>
internal static class Selecting
{
    /// <summary>Every policy.</summary>
    public static readonly BalancePolicy[] Policies = Enum.GetValues<BalancePolicy>();

    /// <summary>Those that place flows by their hash.</summary>
    public static readonly BalancePolicy[] HashingPolicies = [BalancePolicy.Ring, BalancePolicy.Maglev];

    /// <summary>The selector of a policy for backends with their weights, as a pool would make it.</summary>
    public static ISelector Make(
        BalancePolicy policy, IEnumerable<Backend> backends, double maxLoad = 0, int? weightOfAll = null) =>
        Make(
            new PoolConfig { Name = "test", Backends = [], Balance = policy, MaxLoad = maxLoad },
            backends,
            weightOfAll);

    /// <summary>As the other; what it draws is the same in every run, unless several threads draw.</summary>
    public static ISelector Make(
        PoolConfig config,
        IEnumerable<Backend> backends,
        int? weightOfAll = null,
        TimeProvider? time = null,
        Random? random = null)
    {
        Candidate[] candidates = Candidates(backends);
        FineWeights weights = new(Scale: 1, weightOfAll ?? candidates.Sum(static one => one.Weight));
        return Selectors.Make(config, candidates, weights, seed: 0, time, random ?? new Random(1));
    }

    /// <summary>Backends with their weights.</summary>
    public static Candidate[] Candidates(IEnumerable<Backend> backends) =>
        [.. backends.Select(static backend => new Candidate(backend, backend.Weight))];

    /// <summary>Backends of one weight.</summary>
    public static Backend[] Backends(int count, int weight = 1, int most = 0) =>
        [.. Enumerable.Range(0, count).Select(i => Named($"10.0.{i >> 8}.{i & 255}:80", weight, most))];

    /// <summary>A backend that no pool knows.</summary>
    public static Backend Named(string name, int weight = 1, int most = 0) => new(
        new BackendConfig { Name = name, Host = "192.0.2.1", Port = 80, Weight = weight, MaxConnections = most });

    /// <summary>Gives a backend sessions.</summary>
    public static void Occupy(this Backend backend, int sessions)
    {
        for (int i = 0; i < sessions; i++) backend.TryBeginSession();
    }

    /// <summary>Hashes as flows would have them: uniform over 64 bits, the same in every run.</summary>
    public static IEnumerable<ulong> Hashes(int count, int seed = 1)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++) yield return (ulong)random.NextInt64(long.MinValue, long.MaxValue);
    }

    /// <summary>How many flows each backend gets.</summary>
    /// <param name="selector">The selector.</param>
    /// <param name="flows">How many flows.</param>
    /// <param name="held">They stay: each counts at its backend from then on.</param>
    public static Dictionary<Backend, int> Counts(this ISelector selector, int flows, bool held = false)
    {
        Dictionary<Backend, int> counts = [];
        foreach (ulong hash in Hashes(flows))
        {
            Backend backend = selector.Pick(hash, [])!;
            if (held) backend.TryBeginSession();
            counts[backend] = counts.GetValueOrDefault(backend) + 1;
        }

        return counts;
    }

    /// <summary>Five deviations of a share as it is when flows are drawn at random.</summary>
    public static double FiveDeviations(double share, int flows) => 5 * Math.Sqrt(share * (1 - share) * flows);
}
