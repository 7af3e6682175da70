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
    private readonly ulong _seed;
    private readonly ILogger _logger;
    private readonly Lock _writer = new();
    private volatile PoolSnapshot _snapshot = new(null, 0, []);
    private bool? _serves; // As last logged; null before the first publish.
    private volatile bool _unpublished; // Something has changed since the last publish began.
    private int _publishing; // 1 while somebody publishes, or will: who changes something leaves it to him.

    public Pool(PoolConfig config, ulong seed, ILogger logger)
    {
        Config = config;
        _seed = seed;
        _logger = logger;
        Backends = [.. config.Backends.Select(static backend => new Backend(backend))];
    }

    public PoolConfig Config { get; }

    public string Name => Config.Name;

    /// <summary>All configured backends, available or not.</summary>
    public IReadOnlyList<Backend> Backends { get; }

    /// <summary>Backends that new flows may go to, as of the last publish.</summary>
    public int Available => _snapshot.Available;

    /// <summary>Picks a backend for a flow, or null where none is left. Called by every shard; wait-free.</summary>
    /// <param name="flow">Who connects, where to.</param>
    /// <param name="tried">Backends that have failed this flow.</param>
    public Backend? Pick(in FlowKey flow, ReadOnlySpan<Backend> tried) =>
        _snapshot.Selector?.Pick(FlowHash.Compute(flow, Config.HashOn, _seed), tried);

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
            if (!change()) return false;

            _unpublished = true;
        }

        PublishChanges();
        return true;
    }

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
    /// Builds the ring, which takes tens of milliseconds for a thousand backends, and so outside the lock.
    /// </summary>
    private void Publish()
    {
        Backend[] available;
        lock (_writer)
        {
            _unpublished = false;
            available = [.. Backends.Where(static backend => backend.IsAvailable)];
        }

        int configuredWeight = Backends.Sum(static backend => backend.Weight);
        _snapshot = new PoolSnapshot(
            available.Length == 0 ? null : new RingSelector(available, configuredWeight, _seed),
            available.Length,
            [.. Backends.Select(static backend => backend.Endpoint).OfType<IpEndpoint>()]);

        bool serves = available.Length > 0;
        if (serves == _serves) return;

        _serves = serves;
        if (serves) _logger.PoolServes(Name, available.Length, Backends.Count);
        else _logger.PoolEmpty(Name);
    }
}
