using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// A service while it runs, whatever its transport. Methods are for the control plane; what they post has an effect
/// once the shards have had their turn.
/// </summary>
internal abstract class ServiceRuntime(ServiceConfig config, PoolRuntime pool, SessionLimit limit)
{
    private volatile ServiceConfig _config = config;
    private volatile ListenerGroup[] _groups = [];

    /// <summary>The configuration in force.</summary>
    public ServiceConfig Config => _config;

    public string Name => _config.Name;

    /// <summary>Where its flows go.</summary>
    public PoolRuntime Pool { get; private set; } = pool;

    /// <summary>Bounds its own sessions.</summary>
    public SessionLimit Limit => limit;

    /// <summary>What each shard counts of it.</summary>
    public abstract IReadOnlyList<ServiceCounters> Counters { get; }

    /// <summary>Its listeners, also those that have stopped and close once no flow needs them.</summary>
    public IReadOnlyList<ListenerGroup> Groups => _groups;

    /// <summary>It is no longer configured; the flows it has may end.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>
    /// When the flows of a removed service are ended, by the time's timestamps, or <see cref="Backend.Never"/>. For who
    /// changes what the balancer consists of.
    /// </summary>
    public long DrainDeadline { get; private set; } = Backend.Never;

    /// <summary>True where another configuration means this service.</summary>
    public bool Is(ServiceConfig other) => other.Name == Name && other.Protocol == _config.Protocol;

    /// <summary>Goes over to another configuration. Its listeners are not part of that.</summary>
    public void PostUse(ServiceConfig config, PoolRuntime pool)
    {
        _config = config;
        Pool = pool;
        IsRemoved = false;
        DrainDeadline = Backend.Never;
        OnUse();
    }

    /// <summary>
    /// Makes listeners of open sockets, on the threads of their shards; clients wait in the kernel's queue.
    /// </summary>
    /// <exception cref="IOException">A socket could not be registered with epoll; all are closed.</exception>
    public async Task<ListenerGroup> AddAsync(OpenedSockets opened)
    {
        BoundListener bound = new(Name, opened.Bound, _config.Protocol);
        ListenerGroup group = await MakeGroupAsync(opened, bound);
        _groups = [.. _groups, group];
        return group;
    }

    /// <summary>Takes over the listeners of an address from another service, or takes flows by its own again.</summary>
    public void PostTake(ListenerGroup group, ServiceRuntime from)
    {
        from.Forget(group);
        _groups = [.. _groups, group];
        OnTake(group);
    }

    /// <summary>A group has closed, or belongs to another service now.</summary>
    public void Forget(ListenerGroup group) => _groups = [.. _groups.Where(one => one != group)];

    /// <summary>Begins to take flows.</summary>
    public void PostStart()
    {
        foreach (ListenerGroup group in _groups) group.PostStart();
    }

    /// <summary>It is no longer configured: takes what has come so far, and no new flow after that.</summary>
    /// <param name="drainDeadline">When its flows are ended; at once where it has passed.</param>
    public void PostRemove(long drainDeadline)
    {
        IsRemoved = true;
        DrainDeadline = drainDeadline;
        PostStop();
    }

    /// <summary>Takes what has come so far, and no new flow after that.</summary>
    public abstract void PostStop();

    /// <summary>
    /// Closes what a service that drains holds open without need. To be called again and again until it has ended.
    /// </summary>
    public abstract void PostCloseIfDone();

    /// <summary>Closes the listening sockets at once.</summary>
    public abstract void PostCloseListeners();

    /// <summary>Closes sessions, whatever they are doing. After all shards have closed their listeners.</summary>
    public abstract Task CutOffAsync(CloseReason reason);

    /// <summary>Goes over to the configuration in force.</summary>
    protected abstract void OnUse();

    /// <summary>New flows of a group are this service's from now on.</summary>
    protected abstract void OnTake(ListenerGroup group);

    /// <summary>Makes listeners of open sockets.</summary>
    protected abstract Task<ListenerGroup> MakeGroupAsync(OpenedSockets opened, BoundListener bound);
}
