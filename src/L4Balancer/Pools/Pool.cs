using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Selection;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Pools;

/// <summary>
/// A set of backends with a policy. Shards pick from a snapshot; the control plane publishes the next one.
/// </summary>
internal sealed class Pool
{
    private readonly TimeProvider _time;
    private readonly Lock _writer = new();
    private volatile PoolSnapshot _snapshot = PoolSnapshot.Empty;
    private volatile PoolConfig _config;
    private volatile Backend[] _backends;
    private volatile Backend[] _removed = [];
    private List<(Backend Backend, long Deadline)> _leaving = []; // Taken out, and in the ring still.
    private readonly PoolNews _news;
    private volatile FleetPlace _place;
    private volatile bool _unpublished; // Something has changed since the last publish began.
    private int _publishing; // 1 while somebody publishes, or will: who changes something leaves it to him.

    public Pool(PoolConfig config, FleetPlace place, TimeProvider time, ILogger logger)
    {
        _config = config;
        _place = place;
        _time = time;
        _news = new PoolNews(config.Name, logger);
        _backends = [.. config.Backends.Select(static backend => new Backend(backend))];
        NoteStates();
    }

    /// <summary>The configuration in force.</summary>
    public PoolConfig Config => _config;

    public string Name => _config.Name;

    /// <summary>All configured backends, available or not.</summary>
    public IReadOnlyList<Backend> Backends => _backends;

    /// <summary>Backends that are no longer configured and have flows.</summary>
    public IReadOnlyList<Backend> Removed => _removed;

    /// <summary>Backends that new flows may go to, as of the last publish.</summary>
    public int Available => _snapshot.Available;

    /// <summary>Backends that new flows may go to, before it is published too.</summary>
    public int AvailableNow => _backends.Count(static backend => backend.IsAvailable);

    /// <summary>What picks work on now.</summary>
    public PoolSnapshot Snapshot => _snapshot;

    /// <summary>What follows from the state that the backends are in, also where it is not published yet.</summary>
    public Composition Compose() => Composition.Of(Members(_backends), _config, _place);

    /// <summary>What picks worked on before the last publish that changed what is picked from first.</summary>
    public PoolSnapshot? Previous { get; private set; }

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
            if (level.Pick(hash, tried, ref isFull) is { } backend) return backend;
        }

        return null;
    }

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
            foreach (BackendConfig backend in next.Backends)
            {
                if (Array.Exists(_backends, one => one.Is(backend))) continue;

                Backend one = new(backend);
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
            gone = [.. _backends.Where(backend => !next.Backends.Any(backend.Is))];
            _backends = [.. next.Backends.Select(config => Array.Find(_backends, one => one.Is(config))!)];
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
        return true;
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

    /// <summary>
    /// Lets changes gather until <see cref="ReleasePublishing"/>, for a round of verdicts that nobody needs singly.
    /// </summary>
    public void HoldPublishing() => Interlocked.Exchange(ref _publishing, 1);

    /// <summary>Publishes what has gathered, were it nothing.</summary>
    public void ReleasePublishing()
    {
        _unpublished = true;
        Interlocked.Exchange(ref _publishing, 0);
        PublishChanges();
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
    }

    private void PublishChanges()
    {
        // Asked again after the flag is down: who changed something before that has left it to this thread.
        while (_unpublished && Interlocked.Exchange(ref _publishing, 1) == 0)
        {
            try
            {
                Publish();
            }
            finally
            {
                Interlocked.Exchange(ref _publishing, 0);
            }
        }
    }

    /// <summary>
    /// Where the last one has gone down and all are to be used then, the flows they have stay, from before that is
    /// published.
    /// </summary>
    private void KeepFlowsWhenNoneIsLeft()
    {
        if (!Panic.OpensWhenDown(_config) || AvailableNow > 0) return;

        foreach (Backend backend in _backends) backend.SetForced(backend.IsWanted);
    }

    /// <summary>
    /// Builds the selectors, which takes tens of milliseconds for a ring of a thousand backends, and so outside the
    /// lock.
    /// </summary>
    private void Publish()
    {
        Backend[] all;
        PoolConfig config;
        FleetPlace place;
        List<(Backend Backend, long Deadline)> leaving;
        lock (_writer)
        {
            _unpublished = false;
            (all, config, place) = (_backends, _config, _place);
            (leaving, _leaving) = (_leaving, []);
        }

        Composition composition = Composition.Of(Members(all), config, place);
        Dictionary<Backend, CandidateLevel> uses = Uses(composition);
        foreach ((Backend backend, CandidateLevel level) in uses.Where(static one => one.Value.IsForced))
        {
            backend.SetForced(true); // Before anybody picks it.
        }

        PoolSnapshot before = _snapshot;
        _snapshot = new PoolSnapshot(
            Level.Make(composition, config, place.Seed, before.Levels),
            uses.Count,
            config.HashOn,
            place.Seed,
            [.. all.Select(static backend => backend.Endpoint).OfType<IpEndpoint>()]);
        if (_snapshot.Selector != before.Selector) Previous = before;

        lock (_writer)
        {
            foreach (Backend backend in all) Use(backend, uses.GetValueOrDefault(backend));
            foreach ((Backend backend, long deadline) in leaving) backend.Remove(deadline, flowsStay: false);
            NoteStates();
        }

        _news.Tell(composition, uses.Count, all.Length);
    }

    /// <summary>What is composed: what is not in force yet has no part in it.</summary>
    private static Member[] Members(Backend[] backends) =>
        [.. backends.Where(static backend => !backend.IsPending).Select(Member.Read)];

    private static Dictionary<Backend, CandidateLevel> Uses(Composition composition) =>
    (
        from level in composition.Levels
        from candidate in level.Candidates
        select (candidate.Backend, level)
    ).ToDictionary();

    private static void Use(Backend backend, CandidateLevel? level)
    {
        backend.SetUse(level?.Use ?? BackendUse.InUse);
        backend.SetForced(level?.IsForced ?? false);
    }
}
