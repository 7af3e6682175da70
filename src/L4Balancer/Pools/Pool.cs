using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Pools;

/// <summary>
/// A set of backends with a policy. Shards pick from a snapshot; the control plane publishes the next one.
/// </summary>
internal sealed partial class Pool
{
    private readonly TimeProvider _time;
    private readonly Lock _writer = new();
    private readonly PoolNews _news;
    private volatile PoolConfig _config;
    private volatile Backend[] _backends;
    private volatile Backend[] _removed = [];
    private List<(Backend Backend, long Deadline)> _leaving = []; // Taken out, and in the ring still.
    private volatile FleetPlace _place;

    public Pool(PoolConfig config, FleetPlace place, TimeProvider time, ILogger logger)
    {
        _config = config;
        _place = place;
        _time = time;
        _news = new PoolNews(config.Name, logger);
        Queue = new PoolQueue(this);
        _backends = [.. config.Backends.Select(MakeBackend)];
        NoteStates();
    }

    /// <summary>
    /// The state of backends may have changed, and what follows from it is not published yet. Raised with the pool's
    /// changes held up, so that who hears of it can add his own.
    /// </summary>
    public event Action? Noted;

    /// <summary>The configuration in force.</summary>
    public PoolConfig Config => _config;

    /// <summary>Takes places at its backends; flows wait there while all are full.</summary>
    public PoolQueue Queue { get; }

    public string Name => _config.Name;

    /// <summary>All configured backends, available or not.</summary>
    public IReadOnlyList<Backend> Backends => _backends;

    /// <summary>Backends that are no longer configured and have flows.</summary>
    public IReadOnlyList<Backend> Removed => _removed;

    /// <summary>Backends that new flows may go to, as of the last publish.</summary>
    public int Available => _snapshot.Available;

    /// <summary>Backends that new flows may go to, before it is published too.</summary>
    public int AvailableNow => _backends.Count(static backend => backend.IsAvailable);

    /// <summary>Picks a backend for a flow, or null where none is left. Called by every shard; wait-free.</summary>
    /// <param name="flow">Who connects, where to.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    public Backend? Pick(in FlowKey flow, ReadOnlySpan<Backend> tried) => Pick(flow, tried, out _);

    /// <summary>
    /// As the other, and says why there is none: the levels are asked in their order, so that a flow whose first level
    /// is all tried or full goes to the next one within the same pick.
    /// </summary>
    /// <param name="flow">Who connects, where to.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    /// <param name="isFull">Nothing was picked, and one that was not tried is full: it may have room later.</param>
    public Backend? Pick(in FlowKey flow, ReadOnlySpan<Backend> tried, out bool isFull)
    {
        isFull = false;
        PoolSnapshot snapshot = _snapshot; // One read: what is hashed and the levels belong together.
        if (snapshot.Levels.Length == 0) return null;

        ulong hash = FlowHash.Compute(flow, snapshot.HashOn, snapshot.Seed);
        foreach (Level level in snapshot.Levels)
        {
            if (level.Pick(hash, tried) is { } backend) return backend;
        }

        isFull = HasUntried(snapshot, tried);
        return null;
    }

    /// <summary>There is a backend that has not failed this flow. Called by every shard; wait-free.</summary>
    /// <param name="tried">Backends that have failed it.</param>
    public bool HasUntried(ReadOnlySpan<Backend> tried) => HasUntried(_snapshot, tried);

    /// <summary>
    /// True where a client's address is a backend's, available or not. Called by every shard; wait-free.
    /// </summary>
    public bool IsBackend(in IpEndpoint client) => _snapshot.Addresses.Contains(client);

    /// <summary>
    /// Changes the state of backends and publishes what follows from it. Control plane, any thread; changes of one pool
    /// happen one after the other. Where many come at once, who publishes does so for those that came meanwhile.
    /// </summary>
    /// <returns>What <paramref name="change"/> returned.</returns>
    public bool Change(Func<bool> change)
    {
        lock (_writer)
        {
            bool changed = change();
            KeepFlowsWhenNoneIsLeft();
            NoteStates();
            if (!changed) return false;

            _unpublished = true;
        }

        PublishChanges();
        return true;
    }

    /// <summary>
    /// Adds those backends of a configuration that are new, without taking any out: they can be judged before anything
    /// depends on them.
    /// </summary>
    /// <returns>Those that are new.</returns>
    public IReadOnlyList<Backend> AddNew(PoolConfig next)
    {
        List<Backend> added = [];
        lock (_writer)
        {
            HashSet<BackendIdentity> known = [.. _backends.Select(static one => one.Identity)];
            foreach (BackendConfig backend in next.Backends)
            {
                if (known.Contains(BackendIdentity.Of(backend))) continue;

                Backend one = MakeBackend(backend);
                one.SetPending(true);
                added.Add(one);
            }

            _backends = [.. _backends, .. added];
            NoteStates();
        }

        return added;
    }

    /// <summary>
    /// Goes over to a configuration, whose new backends were added before: takes out those it does not have, and
    /// publishes.
    /// </summary>
    /// <param name="next">The configuration.</param>
    /// <param name="place">The balancer's place in its fleet.</param>
    /// <returns>Those that were taken out; they are as before until that is published.</returns>
    public IReadOnlyList<Backend> Apply(PoolConfig next, FleetPlace place)
    {
        Backend[] gone = [];
        Change(() =>
        {
            // By a table: files may list tens of thousands.
            Dictionary<BackendIdentity, Backend> known = _backends.ToDictionary(static one => one.Identity);
            HashSet<BackendIdentity> wanted = [.. next.Backends.Select(BackendIdentity.Of)];
            gone = [.. _backends.Where(backend => !wanted.Contains(backend.Identity))];
            _backends = [.. next.Backends.Select(config => known[BackendIdentity.Of(config)])];
            foreach ((Backend backend, BackendConfig config) in _backends.Zip(next.Backends))
            {
                backend.Configure(config);
                backend.SetPending(false);
            }

            _leaving.AddRange(gone.Select(backend => (backend, Deadline(next.DrainTimeout))));
            _removed = [.. _removed, .. gone];
            _place = place;
            _config = next;
            return true;
        });

        return gone;
    }

    /// <summary>Goes over to another place in the fleet, and publishes what follows from it.</summary>
    public void Move(FleetPlace place) => Change(() =>
    {
        _place = place;
        return _backends.Length > 0; // Of one that was given up nobody wants to hear that it serves no more.
    });

    /// <summary>
    /// No service uses it any more: all of its backends are taken out, and nothing is published. The flows they have
    /// stay, since they are not told to go elsewhere.
    /// </summary>
    public void Retire()
    {
        lock (_writer)
        {
            foreach (Backend backend in _backends) backend.Remove(Deadline(_config.DrainTimeout), flowsStay: true);
            _removed = [.. _removed, .. _backends];
            _backends = [];
            _config = _config with { Backends = [] };
            NoteStates();
        }

        Queue.OnBackendsChanged(); // Who waits goes elsewhere.
    }

    /// <summary>Forgets removed backends that have no flows any more.</summary>
    /// <returns>Which.</returns>
    public IReadOnlyList<Backend> ForgetRemoved()
    {
        lock (_writer)
        {
            Backend[] forgotten =
                [.. _removed.Where(static backend => backend is { IsRemoved: true, ActiveSessions: 0 })];
            if (forgotten.Length > 0) _removed = [.. _removed.Except(forgotten)];
            return forgotten;
        }
    }

    /// <summary>When something that has a time from now on is over; a time of zero never is.</summary>
    public long Deadline(TimeSpan time) => time == TimeSpan.Zero
        ? Backend.Never
        : _time.GetTimestamp() + (long)Math.Min(time.TotalSeconds * _time.TimestampFrequency, long.MaxValue / 4d);

    private static bool HasUntried(PoolSnapshot snapshot, ReadOnlySpan<Backend> tried)
    {
        foreach (Level level in snapshot.Levels)
        {
            if (level.HasUntried(tried)) return true;
        }

        return false;
    }

    /// <summary>Brings up to date what the outside sees, and which backends are in a zone that is out.</summary>
    private void NoteStates()
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach (Backend backend in _backends)
        {
            backend.SetShifted(_place.Away.Contains(backend.Zone));
            backend.NoteState(now);
        }

        foreach (Backend backend in _removed) backend.NoteState(now);
        Noted?.Invoke();
    }

    private Backend MakeBackend(BackendConfig config) => new(config) { PlaceFreed = Queue.OnPlaceFreed };

    /// <summary>
    /// Where all are to be used once none is available, the last one keeps its flows from before it goes down, and all
    /// keep theirs from before that is published.
    /// </summary>
    private void KeepFlowsWhenNoneIsLeft()
    {
        if (!Panic.OpensWhenDown(_config)) return;

        int left = AvailableNow;
        if (left > 1) return;

        foreach (Backend backend in _backends)
        {
            if (left == 0 ? backend.IsWanted : backend.IsAvailable) backend.SetForced(true);
        }
    }
}
