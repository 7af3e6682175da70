using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Selection;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>Puts together what the outside sees of services and backends. Any thread.</summary>
internal sealed class StatusReader(BalancerParts parts)
{
    /// <summary>Every service, also removed ones that have flows.</summary>
    public IReadOnlyList<ServiceStatus> Services() => [.. parts.AllServices.Select(Service)];

    /// <summary>Every pool's backends, also removed ones that have flows.</summary>
    public IReadOnlyList<BackendStatus> Backends() => [.. parts.Pools.SelectMany(Backends)];

    /// <summary>Every pool.</summary>
    public IReadOnlyList<PoolStatus> Pools() => [.. parts.Pools.Select(static one => Pool(one.Pool))];

    /// <summary>What backends are found by: names and files.</summary>
    public IReadOnlyList<SourceStatus> Sources() =>
    [
        .. from pool in parts.Config.Services.Select(static service => service.Pool).DistinctBy(static one => one.Name)
           from source in parts.Discovery.Sources(pool)
           select new SourceStatus(pool.Name, source.Source, source.State.LastSuccess, source.State.Error),
    ];

    /// <summary>How a pool's hash space is divided; null where there is no such pool.</summary>
    public RingPicture? Ring(string pool, bool previous, int places)
    {
        if (parts.Pools.FirstOrDefault(one => one.Pool.Name == pool)?.Pool is not { } found) return null;

        PoolSnapshot? snapshot = previous ? found.Previous : found.Snapshot;
        if (snapshot?.Selector is not IFlowPlacement ring) return RingPicture.Empty;

        ulong step = ulong.MaxValue / (ulong)places;
        IEnumerable<int> owners = Enumerable.Range(0, places).Select(place => ring.OwnerOf((ulong)place * step));
        return new RingPicture(ring.Names, ring.Shares(), [.. owners]);
    }

    private static PoolStatus Pool(Pool pool)
    {
        Composition? now = pool.Snapshot.Composition;
        return new PoolStatus
        {
            Name = pool.Name,
            Backends = pool.Backends.Count,
            Available = pool.AvailableNow,
            Tier = now?.Tier,
            Panic = now?.Panic switch
            {
                PanicReason.TooFew => "too_few",
                PanicReason.NoneLeft => "none_left",
                _ => null,
            },
            Spilled = now?.Spilled ?? 0,
        };
    }

    private static ServiceStatus Service(ServiceRuntime service)
    {
        IReadOnlyList<ServiceCounters> counters = service.Counters;
        CloseReason[] reasons = Enum.GetValues<CloseReason>();
        Dictionary<string, long> closed = reasons.ToDictionary(CloseReasons.Text, Closed);
        return new ServiceStatus
        {
            Name = service.Name,
            Protocol = service.Config.Protocol,
            Pool = service.Pool.Pool.Name,
            Listeners = [.. service.Groups.Where(static one => !one.IsStopped).Select(static one => one.Bound)],
            IsRemoved = service.IsRemoved,
            Sessions = service.Limit.Open,
            PeakSessions = service.Limit.Peak,
            MaxSessions = service.Limit.LeastMax,
            Queued = service.Pool.Pool.Queue.Length,
            QueueSize = service.Pool.Pool.Config.Queue.Size,
            Accepted = counters.Sum(static one => one.Accepted),
            Closed = closed,
            Errors = reasons.Where(IsError).Sum(Closed),
            Retries = counters.Sum(static one => one.Retries),
            ReceivedFromClients = counters.Sum(static one => one.ReceivedFromClients),
            SentToClients = counters.Sum(static one => one.SentToClients),
            ReceivedFromServers = counters.Sum(static one => one.ReceivedFromServers),
            SentToServers = counters.Sum(static one => one.SentToServers),
        };

        bool IsError(CloseReason reason) => CloseReasons.IsError(reason, service.Config.Protocol);

        long Closed(CloseReason reason) => counters.Sum(one => one.Closed(reason));
    }

    private IEnumerable<BackendStatus> Backends(PoolRuntime pool)
    {
        Dictionary<string, double>? shares = Shares(pool.Pool.Snapshot.Selector);
        Dictionary<Backend, ProbeStatus?> probes = pool.Monitor.Monitors.ToDictionary(
            static monitor => monitor.Backend, static monitor => monitor.LastProbe);
        return pool.Pool.Backends.Concat(pool.Pool.Removed).Select(backend => Status(
            pool, backend, shares?.GetValueOrDefault(backend.Name), probes.GetValueOrDefault(backend)));
    }

    private BackendStatus Status(PoolRuntime pool, Backend backend, double? share, ProbeStatus? probe)
    {
        (long ejections, DateTimeOffset? until) = pool.Ejector.StatusOf(backend);
        return new BackendStatus
        {
            Pool = pool.Pool.Name,
            Name = backend.Name,
            Address = ConfigText.Address(backend.Host, backend.Port),
            Source = backend.Source,
            Endpoint = backend.Endpoint,
            IsAvailable = backend.IsAvailable,
            IsRemoved = backend.IsRemoved,
            Admin = backend.Admin,
            Health = backend.Health,
            IsEjected = backend.IsEjected,
            State = backend.StateText,
            Place = new BackendPlace(backend.Tier, backend.Zone, backend is { IsAvailable: false, TakesFlows: true }),
            Since = backend.Since,
            Weight = backend.Weight,
            WeightFactor = backend.WeightFactor,
            ConfiguredWeight = backend.ConfiguredWeight,
            Share = backend.IsRemoved ? 0 : share,
            ActiveConnections = backend.ActiveSessions,
            MaxConnections = backend.MaxSessions,
            TotalConnections = backend.TotalSessions,
            ConnectErrors = Enum.GetValues<ConnectError>().Sum(backend.ConnectErrorCount),
            Ejections = ejections,
            EjectedUntil = until,
            LastProbe = probe,
            Agent = AgentStatus.Of(backend.Agent),
            DrainDeadline = backend is { IsDraining: true, DrainDeadline: < Backend.Never and var deadline }
                ? At(deadline) : null,
        };
    }

    private DateTimeOffset At(long timestamp) =>
        parts.Time.GetUtcNow() + parts.Time.GetElapsedTime(parts.Time.GetTimestamp(), timestamp);

    private static Dictionary<string, double>? Shares(ISelector? selector) => selector switch
    {
        null => [],
        IKnownShares known => known.Names.Zip(known.Shares()).DistinctBy(static one => one.First).ToDictionary(),
        _ => null,
    };
}
