using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Pools;

/// <content>How what changed comes to be picked from.</content>
internal sealed partial class Pool
{
    private volatile PoolSnapshot _snapshot = PoolSnapshot.Empty;
    private volatile bool _unpublished; // Something has changed since the last publish began.
    private int _publishing; // 1 while somebody publishes, or will: who changes something leaves it to him.

    /// <summary>What picks work on now.</summary>
    public PoolSnapshot Snapshot => _snapshot;

    /// <summary>What follows from the state that the backends are in, also where it is not published yet.</summary>
    public Composition Compose() => Composition.Of(Members(_backends), _config, _place);

    /// <summary>What picks worked on before the last publish that changed what is picked from first.</summary>
    public PoolSnapshot? Previous { get; private set; }

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
            [.. all.Select(static backend => backend.Endpoint).OfType<IpEndpoint>()])
        {
            Composition = composition,
        };
        if (_snapshot.Selector != before.Selector) Previous = before;

        lock (_writer)
        {
            foreach (Backend backend in all) Use(backend, uses.GetValueOrDefault(backend));
            KeepFlowsWhenNoneIsLeft();
            foreach ((Backend backend, long deadline) in leaving) backend.Remove(deadline, flowsStay: false);
            NoteStates();
        }

        Queue.OnBackendsChanged();
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
