using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>
/// Backends that are picked from together; a further level is asked where nothing of those before it takes a flow.
/// Immutable but for what its selector counts.
/// </summary>
internal sealed class Level
{
    private readonly Candidate[] _candidates;
    private readonly string[] _names; // What the selector has placed them by.
    private readonly FineWeights _weights;
    private readonly PoolConfig _config;
    private readonly ulong _seed;

    private Level(CandidateLevel level, FineWeights weights, PoolConfig config, ulong seed)
    {
        _candidates = level.Candidates;
        _names = [.. _candidates.Select(static one => one.Backend.Name)];
        _weights = weights;
        _config = config;
        _seed = seed;
        Selector = Selectors.Make(config, _candidates, weights, seed);
    }

    /// <summary>What there is to pick from.</summary>
    public IReadOnlyList<Candidate> Candidates => _candidates;

    /// <summary>Picks from it.</summary>
    public ISelector Selector { get; }

    /// <summary>
    /// Makes the levels of a composition. One that is as it was is kept, with its selector: building a ring takes tens
    /// of milliseconds. Control plane.
    /// </summary>
    public static Level[] Make(Composition composition, PoolConfig config, ulong seed, Level[] before)
    {
        FineWeights weights = composition.Weights;
        return
        [
            .. composition.Levels.Select(level =>
                Array.Find(before, one => one.Is(level, weights, config, seed))
                ?? new Level(level, weights, config, seed)),
        ];
    }

    /// <summary>Picks a backend. Called by every shard; wait-free.</summary>
    /// <param name="hash">The flow's hash.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <returns>Null where all were tried or are full.</returns>
    public Backend? Pick(ulong hash, ReadOnlySpan<Backend> tried) => Selector.Pick(hash, tried);

    /// <summary>
    /// Not all have been tried: after a pick that found nothing one of the others is full. Called by every shard;
    /// wait-free.
    /// </summary>
    public bool HasUntried(ReadOnlySpan<Backend> tried)
    {
        foreach (Candidate one in _candidates)
        {
            if (!IsTried(one.Backend, tried)) return true; // At the latest the one behind as many as were tried.
        }

        return false;
    }

    private static bool IsTried(Backend backend, ReadOnlySpan<Backend> tried)
    {
        foreach (Backend one in tried)
        {
            if (ReferenceEquals(one, backend)) return true;
        }

        return false;
    }

    private bool Is(CandidateLevel level, FineWeights weights, PoolConfig config, ulong seed) =>
        _weights == weights && _seed == seed && _candidates.AsSpan().SequenceEqual(level.Candidates)
        && _names.SequenceEqual(level.Candidates.Select(static one => one.Backend.Name))
        && _config with { Backends = config.Backends } == config;
}
