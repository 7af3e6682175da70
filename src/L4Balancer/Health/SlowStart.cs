using L4Balancer.Backends;
using L4Balancer.Pools;

namespace L4Balancer.Health;

/// <summary>
/// Gives a backend that takes flows again, or for the first time in a pool that serves already, a part of its weight
/// that grows with the time, in <see cref="Steps"/> steps. All backends of the pool that start slowly step together:
/// each step is one publish. There is none at the process's start, and none where nobody else of the same tier could
/// take more: for the only one, or where all are in the same step.
/// <code>
///   Whole --was not available, is now--> Slow (a step's weight)
///   Slow --a step's time--> Slow (one step more) --the last--> Whole
///   Slow --not available any more, its tier is all in one step, slow_start.duration = 0--> Whole
/// </code>
/// All but the constructor happens with the pool's changes held up.
/// </summary>
internal sealed class SlowStart : IDisposable
{
    /// <summary>Steps to the whole weight.</summary>
    public const int Steps = 10;

    /// <summary>Shortest time of a step, for the sake of who builds rings.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMilliseconds(10);

    private readonly Pool _pool;
    private readonly TimeProvider _time;
    private readonly Dictionary<Backend, long> _begun = []; // When, by the time's timestamps.
    private HashSet<Backend>? _available; // As of the last change; null where nobody started slowly then.
    private ITimer? _timer;
    private TimeSpan _period;
    private bool _isDisposed;

    public SlowStart(Pool pool, TimeProvider time)
    {
        _pool = pool;
        _time = time;
        pool.Noted += Note;
    }

    private TimeSpan Duration => _pool.Config.SlowStart.Duration;

    public void Dispose() => _pool.Change(() =>
    {
        _isDisposed = true;
        _pool.Noted -= Note;
        _begun.Clear();
        SetTimer();
        return false;
    });

    private Backend[] Available() => [.. _pool.Backends.Where(static backend => backend.IsAvailable)];

    /// <summary>Those that picks may choose, as far as it is published.</summary>
    private HashSet<Backend> Published() =>
    [
        .. from level in _pool.Snapshot.Composition?.Levels ?? []
           from candidate in level.Candidates
           select candidate.Backend,
    ];

    /// <summary>Finds out who has come and gone.</summary>
    private void Note()
    {
        // Of thousands that are judged one by one nobody looks through all each time for nothing.
        if (Duration == TimeSpan.Zero && _begun.Count == 0)
        {
            _available = null;
            return;
        }

        Backend[] available = Available();
        HashSet<Backend> before = _available ?? Published();
        bool hasServed = _pool.Snapshot != PoolSnapshot.Empty;
        foreach (Backend backend in available)
        {
            if (hasServed && Duration > TimeSpan.Zero && !before.Contains(backend)) Begin(backend);
        }

        HashSet<Backend> now = _available = [.. available];
        foreach (Backend gone in _begun.Keys.Where(backend => !now.Contains(backend)).ToArray()) End(gone);

        foreach (IGrouping<int, Backend> tier in available.GroupBy(static backend => backend.Tier))
        {
            int step = tier.First().WeightFactor;
            bool isAllInOneStep = tier.All(one => _begun.ContainsKey(one) && one.WeightFactor == step);
            if (!isAllInOneStep && Duration > TimeSpan.Zero) continue;

            foreach (Backend backend in tier) End(backend);
        }

        SetTimer();
    }

    private void Begin(Backend backend)
    {
        _begun[backend] = _time.GetTimestamp();
        backend.SetWeightFactor(Backend.WholeWeight / Steps);
    }

    private void End(Backend backend)
    {
        _begun.Remove(backend);
        backend.SetWeightFactor(Backend.WholeWeight);
    }

    private void Step() => _pool.Change(() =>
    {
        bool hasChanged = false;
        foreach ((Backend backend, long begun) in _begun.ToArray())
        {
            double part = Math.Min(1, _time.GetElapsedTime(begun) / Duration);
            int factor = Math.Max(1, (int)(part * Steps)) * Backend.WholeWeight / Steps;
            hasChanged |= factor != backend.WeightFactor;
            backend.SetWeightFactor(factor);
            if (factor == Backend.WholeWeight) _begun.Remove(backend);
        }

        _timer?.Dispose();
        _period = TimeSpan.Zero; // It has fired; what is noted next sets another.
        return hasChanged;
    });

    /// <summary>Has the next step come while somebody starts slowly.</summary>
    private void SetTimer()
    {
        TimeSpan step = Duration / Steps > ShortestStep ? FrameworkTimer.AtMost(Duration / Steps) : ShortestStep;
        TimeSpan period = _begun.Count == 0 || _isDisposed ? TimeSpan.Zero : step;
        if (period == _period) return;

        _period = period;
        _timer?.Dispose();
        _timer = period == TimeSpan.Zero
            ? null
            : _time.CreateTimer(_ => Step(), null, period, Timeout.InfiniteTimeSpan);
    }
}
