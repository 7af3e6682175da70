using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// Takes a balancer from one configuration to the next, at the start from none. What can fail comes first: sockets are
/// opened and new backends judged before anything that serves is touched; who connects meanwhile waits in the kernel's
/// queue. Then services go over, listeners change hands, and what is no longer configured drains. Control plane, one at
/// a time.
/// </summary>
internal sealed class ConfigChange
{
    private readonly BalancerParts _parts;
    private readonly BalancerConfig _next;
    private readonly BalancerLimits _limits;
    private readonly IReadOnlyList<ListenPlan> _listening;
    private readonly bool _isStart;
    private readonly HashSet<ListenerGroup> _ofRemoved;
    private readonly List<PoolRuntime> _newPools = [];
    private readonly List<ServiceRuntime> _newServices = [];
    private readonly Dictionary<ListenerGroup, ServiceRuntime> _added = [];
    private readonly PoolConfig[] _pools; // As they are configured.
    private PoolConfig[] _inForce = []; // With what was discovered of their backends.

    private ConfigChange(BalancerParts parts, BalancerConfig next, BalancerLimits limits)
    {
        _parts = parts;
        _next = next;
        _limits = limits;
        _pools = Pools(next);
        _listening = ListenPlan.Make(next, parts.AllServices);
        _isStart = !parts.AllServices.Any();
        _ofRemoved = [.. parts.Removed.SelectMany(static service => service.Groups)];
    }

    /// <summary>Goes over to a configuration.</summary>
    /// <param name="parts">What changes.</param>
    /// <param name="next">The configuration.</param>
    /// <param name="cancellationToken">Ends the look at the backends.</param>
    /// <param name="beforeServing">Runs when nothing can fail any more, and before anything changes.</param>
    /// <exception cref="BalancerStartException">It cannot be used in this process; nothing has changed.</exception>
    public static async Task ApplyAsync(
        BalancerParts parts, BalancerConfig next, CancellationToken cancellationToken,
        Func<Task>? beforeServing = null)
    {
        ConfigChange change = new(parts, next, BalancerLimits.Of(next));
        try
        {
            change.OpenSockets();
            await change.DiscoverAsync(cancellationToken);
            IReadOnlyList<Func<CancellationToken, Task>> judging = change.AddBackends();
            await change.AddListenersAsync();
            await Task.WhenAll(judging.Select(judge => judge(cancellationToken)));
            if (beforeServing is not null) await beforeServing();
        }
        catch
        {
            await change.GiveUpAsync();
            throw;
        }

        // First those that nobody can use as they are: one that is used again still has what it had before.
        await change.ChangePoolsAsync(static pool => pool.AvailableNow == 0);
        await change.ChangeServicesAsync();
        await change.ChangePoolsAsync(static _ => true);
        await parts.AnswerAsync(); // Nobody waits at a limit that is not its own any more.
        parts.Use(next, change._limits);
        parts.TellListeners();
        await parts.Discovery.KeepAsync(change._pools);
        await parts.AnswerAsync(); // From here on every new flow is treated by it.
    }

    private void OpenSockets()
    {
        ListenerGroup[] own = [.. _parts.AllServices.SelectMany(static service => service.Groups)];
        foreach (ListenPlan plan in _listening) plan.Open(_parts.Shards.Count, own, _parts.Inherited);
        CloseUnwanted();
    }

    /// <summary>Closes what this process was given at its start and nobody listens on.</summary>
    private void CloseUnwanted()
    {
        _parts.Inherited.CloseRest(
            out IReadOnlyList<ListeningDescriptor> listeners, out IReadOnlyList<string> others);
        foreach (ListeningDescriptor one in listeners) _parts.Logger.UnwantedListener(one.ToString(), one.Name);
        foreach (string name in others) _parts.Logger.UnwantedDescriptor(name);
        if (listeners.Count > 0) _parts.TellClosing(listeners);
    }

    private static PoolConfig[] Pools(BalancerConfig config) =>
        [.. config.Services.Select(static service => service.Pool).Distinct()];

    /// <summary>Finds out what the names and files of the pools stand for, as far as that takes no long time.</summary>
    private async Task DiscoverAsync(CancellationToken cancellationToken)
    {
        await _parts.Discovery.PrepareAsync(_pools, cancellationToken);
        _inForce = [.. _pools.Select(_parts.Discovery.InForce)];
    }

    /// <summary>Adds what is new to the pools.</summary>
    /// <returns>What finds out which of it is up.</returns>
    private List<Func<CancellationToken, Task>> AddBackends()
    {
        List<Func<CancellationToken, Task>> judging = [];
        foreach (PoolConfig next in _inForce)
        {
            if (Find(next) is { } runtime)
            {
                IReadOnlyList<Backend> added = runtime.Pool.AddNew(next);
                judging.Add(ending => runtime.Monitor.AddAsync(added, next.Health, ending));
            }
            else
            {
                PoolRuntime made = _parts.AddPool(next, _parts.PlaceIn(_next));
                _newPools.Add(made);
                judging.Add(made.Monitor.StartAsync);
            }
        }

        return judging;
    }

    /// <summary>Adds new services, and all listeners that are new; they do not accept yet.</summary>
    private async Task AddListenersAsync()
    {
        foreach (ServiceConfig next in _next.Services)
        {
            ServiceRuntime? service = _parts.AllServices.FirstOrDefault(one => one.Is(next));
            if (service is null)
            {
                service = _parts.AddService(next, _limits);
                _newServices.Add(service);
            }

            await AddListenersAsync(service);
        }

        _parts.TellListeners();
    }

    private async Task AddListenersAsync(ServiceRuntime service)
    {
        foreach (ListenPlan plan in PlansOf(service))
        {
            if (plan.Opened is not { } opened) continue;

            plan.Opened = null; // The service's own from here on.
            ListenerGroup added = await service.AddAsync(opened);
            _added.Add(added, service);
            _parts.Logger.Listening(service.Name, added.Bound.ToString());
            _parts.TellOpened(added.Sockets);
            if (added.Sockets.Count < _parts.Shards.Count)
            {
                _parts.Logger.FewerSockets(added.Bound.ToString(), added.Sockets.Count, _parts.Shards.Count);
            }
        }
    }

    private IEnumerable<ListenPlan> PlansOf(ServiceRuntime service) =>
        _listening.Where(plan => service.Is(plan.Service));

    private PoolRuntime? Find(PoolConfig config) => _parts.Pools.FirstOrDefault(one => one.Pool.Name == config.Name);

    /// <summary>Takes back what was begun.</summary>
    private async Task GiveUpAsync()
    {
        foreach (ListenPlan plan in _listening) plan.Opened?.Close();
        // Of a start that is given up they stay with whoever keeps them for the next one.
        if (!_isStart) _parts.TellClosing(_added.Keys.SelectMany(static group => group.Sockets));
        foreach ((ListenerGroup group, ServiceRuntime service) in _added)
        {
            group.PostClose();
            service.Forget(group);
        }

        await _parts.AnswerAsync(); // They are closed.
        foreach (ServiceRuntime made in _newServices)
        {
            _parts.Mark(made, isRemoved: true);
            _parts.Forget(made);
        }

        _parts.TellListeners();

        await _parts.Discovery.KeepAsync(_isStart ? [] : Pools(_parts.Config));
        foreach (PoolRuntime made in _newPools) await _parts.RemovePoolAsync(made);
        foreach (PoolRuntime pool in _parts.Pools)
        {
            await pool.ChangeAsync(pool.Pool.Config, _parts.PlaceIn(_parts.Config));
        }
    }

    private async Task ChangeServicesAsync()
    {
        ServiceRuntime[] before = [.. _parts.Services];
        foreach (ServiceConfig next in _next.Services)
        {
            ServiceRuntime service = _parts.AllServices.First(one => one.Is(next));
            if (!_newServices.Contains(service))
            {
                service.PostUse(next, _parts.PoolOf(next));
                _parts.Mark(service, isRemoved: false);
            }

            TakeListeners(service);
            service.PostStart();
        }

        foreach (ServiceRuntime service in before)
        {
            if (_next.Services.Any(service.Is)) StopListening(service);
            else Remove(service);
        }
    }

    private void TakeListeners(ServiceRuntime service)
    {
        foreach (ListenPlan plan in PlansOf(service))
        {
            if (plan.Kept is not var (group, owner)) continue;
            if (group.IsStopped || _ofRemoved.Contains(group)) _parts.TellOpened(group.Sockets);
            if (owner != service || group.IsStopped) service.PostTake(group, owner);
        }
    }

    private void StopListening(ServiceRuntime service)
    {
        foreach (ListenerGroup group in service.Groups)
        {
            bool isListed = PlansOf(service).Any(plan => plan.Kept?.Group == group);
            if (isListed || group.IsStopped || _added.ContainsKey(group)) continue;

            _parts.TellClosing(group.Sockets);
            group.PostStop();
        }
    }

    private void Remove(ServiceRuntime service)
    {
        _parts.TellClosing(service.Groups.Where(static group => !group.IsStopped)
            .SelectMany(static group => group.Sockets));
        service.PostRemove(service.Pool.Pool.Deadline(service.Config.Pool.DrainTimeout));
        _parts.Mark(service, isRemoved: true);
    }

    private async Task ChangePoolsAsync(Func<Pool, bool> which)
    {
        foreach (PoolConfig next in _inForce)
        {
            if (which(Find(next)!.Pool)) await Find(next)!.ChangeAsync(next, _parts.PlaceIn(_next));
        }
    }
}
