using System.Collections.Frozen;
using L4Balancer.Config;
using L4Balancer.Discovery;
using L4Balancer.Health;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Shards;
using Microsoft.Extensions.Logging;

namespace L4Balancer;

/// <summary>
/// What a balancer consists of now. Lists are replaced as a whole by the control plane, one writer at a time, and may
/// be read by anybody.
/// </summary>
internal sealed class BalancerParts : IDisposable
{
    private readonly bool _allowsOffload;
    private volatile BalancerConfig _config;
    private volatile BalancerLimits _limits;
    private volatile PoolRuntime[] _pools = [];
    private volatile ServiceRuntime[] _services = [];
    private volatile ServiceRuntime[] _removed = [];
    private UdpSurroundings? _surroundings;

    public BalancerParts(
        BalancerConfig config, BalancerLimits limits, ShardSeat[] seats, TimeProvider time, ILogger logger,
        bool allowsOffload)
    {
        _config = config;
        _limits = limits;
        Logger = logger;
        _allowsOffload = allowsOffload;
        Time = time;
        Probes = new ProbeRunner(time) { Slots = { Most = config.Global.MaxProbes } };
        Seats = seats;
        Shards = [.. seats.Select(static seat => seat.Shard)];
        Flows = new LiveFlows(Shards);
        Discovery = new BackendDiscovery(time, logger);
        Limit = new SessionLimit(limits.MaxSessions);
        TcpLimit = new SessionLimit(limits.MaxConnections, Limit);
    }

    /// <summary>Listening sockets are open.</summary>
    public event Action<IReadOnlyList<ListeningDescriptor>>? ListenersOpened;

    /// <summary>Listening sockets are about to be closed.</summary>
    public event Action<IReadOnlyList<ListeningDescriptor>>? ListenersClosing;

    /// <summary>Sockets that this process was given and nobody has taken yet.</summary>
    public InheritedSockets Inherited { get; set; } = InheritedSockets.None();

    /// <summary>Held by the one who changes what it consists of.</summary>
    public SemaphoreSlim Changing { get; } = new(1);

    public TimeProvider Time { get; }

    /// <summary>Runs the probes of all pools.</summary>
    public ProbeRunner Probes { get; }

    public ILogger Logger { get; }

    public IReadOnlyList<ShardSeat> Seats { get; }

    public IReadOnlyList<Shard> Shards { get; }

    public LiveFlows Flows { get; }

    /// <summary>What names and files of backends stand for.</summary>
    public BackendDiscovery Discovery { get; }

    /// <summary>Bounds the sessions of the process.</summary>
    public SessionLimit Limit { get; }

    /// <summary>Bounds the sessions of all TCP services.</summary>
    public SessionLimit TcpLimit { get; }

    public BalancerConfig Config => _config;

    public BalancerLimits Limits => _limits;

    /// <summary>Also those that only removed services use.</summary>
    public IReadOnlyList<PoolRuntime> Pools => _pools;

    /// <summary>Those that are configured.</summary>
    public IReadOnlyList<ServiceRuntime> Services => _services;

    /// <summary>Those that were removed and have not ended.</summary>
    public IReadOnlyList<ServiceRuntime> Removed => _removed;

    /// <summary>Configured and removed ones.</summary>
    public IEnumerable<ServiceRuntime> AllServices => _services.Concat(_removed);

    /// <summary>What it listens on and takes new flows by.</summary>
    public IEnumerable<BoundListener> Listeners =>
        from service in _services
        from listeners in service.Groups
        where !listeners.IsStopped
        select listeners.Bound;

    /// <summary>The sockets by which new flows are taken.</summary>
    public IEnumerable<ListeningDescriptor> ListeningDescriptors =>
        from service in _services
        from listeners in service.Groups
        where !listeners.IsStopped
        from socket in listeners.Sockets
        select socket;

    /// <summary>Tells whoever wants to know that sockets listen.</summary>
    public void TellOpened(IEnumerable<ListeningDescriptor> opened) => ListenersOpened?.Invoke([.. opened]);

    /// <summary>Tells whoever wants to know that sockets will listen no more.</summary>
    public void TellClosing(IEnumerable<ListeningDescriptor> closing) => ListenersClosing?.Invoke([.. closing]);

    /// <summary>Completes when every shard has done what was posted to it before.</summary>
    public Task AnswerAsync() => Task.WhenAll(Shards.Select(static shard => shard.RunAsync(static () => { })));

    /// <summary>The zones that the operator has taken out. Who writes it changes the pools too.</summary>
    public FrozenSet<string> ZonesAway { get; set; } = [];

    /// <summary>The place in the fleet that a configuration gives.</summary>
    public FleetPlace PlaceIn(BalancerConfig config) => FleetPlace.Of(config, ZonesAway);

    /// <summary>Makes a pool that no service uses yet.</summary>
    public PoolRuntime AddPool(PoolConfig config, FleetPlace place)
    {
        Pool pool = new(config, place, Time, Logger);
        Ejector ejector = new(pool, Time, Logger);
        HealthMonitor monitor = new(pool, Probes, Time, Logger);
        monitor.FoundGood += ejector.FoundGood;
        PoolRuntime made = new(pool, ejector, monitor, new SlowStart(pool, Time));
        _ = new DownWatch(pool, Flows);
        _pools = [.. _pools, made];
        return made;
    }

    /// <summary>Ends a pool that no service uses any more.</summary>
    public async Task RemovePoolAsync(PoolRuntime pool)
    {
        _pools = [.. _pools.Where(one => one != pool)];
        await pool.EndAsync();
    }

    /// <summary>Makes a service without listeners.</summary>
    public ServiceRuntime AddService(ServiceConfig config, BalancerLimits limits)
    {
        PoolRuntime pool = PoolOf(config);
        ServiceRuntime made = config.Protocol == FlowProtocol.Udp
            ? new UdpRuntime(config, pool, new SessionLimit(MaxSessions(config, limits), Limit), Seats, Udp(), Logger)
            : new TcpRuntime(config, pool, new SessionLimit(MaxSessions(config, limits), TcpLimit), Seats, Logger);
        _services = [.. _services, made];
        return made;
    }

    /// <summary>The service has left the configuration, or is back.</summary>
    public void Mark(ServiceRuntime service, bool isRemoved)
    {
        ServiceRuntime[] alone = [service];
        _services = [.. _services.Except(alone), .. isRemoved ? [] : alone];
        _removed = [.. _removed.Except(alone), .. isRemoved ? alone : []];
    }

    /// <summary>A removed service has ended.</summary>
    public void Forget(ServiceRuntime service) => _removed = [.. _removed.Where(one => one != service)];

    /// <summary>The pool that a service's configuration means.</summary>
    public PoolRuntime PoolOf(ServiceConfig config) => _pools.Single(one => one.Pool.Name == config.Pool.Name);

    /// <summary>Goes over to other limits: a lower one ends no session.</summary>
    public void Use(BalancerConfig config, BalancerLimits limits)
    {
        _config = config;
        _limits = limits;
        Probes.Slots.Most = config.Global.MaxProbes;
        Limit.Max = limits.MaxSessions;
        TcpLimit.Max = limits.MaxConnections;
        foreach (ServiceRuntime service in _services) service.Limit.Max = MaxSessions(service.Config, limits);
    }

    /// <summary>Tells the UDP services where this process listens.</summary>
    public void TellListeners()
    {
        IEnumerable<BoundListener> udp = AllServices.SelectMany(static service => service.Groups)
            .Select(static group => group.Bound)
            .Where(static one => one.Protocol == FlowProtocol.Udp);
        _surroundings?.ListensOn(udp.Select(static one => one.Endpoint));
    }

    /// <summary>Frees what is left. The shards have ended.</summary>
    public void Dispose()
    {
        foreach (UdpRuntime service in AllServices.OfType<UdpRuntime>()) service.Dispose();
        _surroundings?.Dispose();
        Changing.Dispose();
    }

    private UdpSurroundings Udp() => _surroundings ??= new UdpSurroundings(Shards, _allowsOffload);

    private static int MaxSessions(ServiceConfig service, BalancerLimits limits) =>
        service.Protocol == FlowProtocol.Udp ? limits.MaxUdpSessions[service.Name]
        : service.MaxConnections > 0 ? service.MaxConnections
        : int.MaxValue;
}
