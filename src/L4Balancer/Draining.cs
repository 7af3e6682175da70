using L4Balancer.Backends;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// Watches what is on its way out: removed services, listeners and backends, and backends that an operator drains. It
/// ends their flows when their time is over, and what has none left. It runs only while there is something to watch.
/// </summary>
internal sealed class Draining(BalancerParts parts) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _starting = new();
    private Task _watching = Task.CompletedTask;
    private bool _isEnding;

    /// <summary>Something is on its way out from now on. Any thread.</summary>
    public void Begin()
    {
        lock (_starting)
        {
            if (_watching.IsCompleted && !_isEnding) _watching = WatchAsync();
        }
    }

    /// <summary>Watches no longer; what is left is ended by others.</summary>
    public async ValueTask DisposeAsync()
    {
        Task watching;
        lock (_starting)
        {
            _isEnding = true;
            watching = _watching;
        }

        await _ending.CancelAsync();
        await watching;
        _ending.Dispose();
    }

    private async Task WatchAsync()
    {
        await Task.Yield(); // Not under the caller's lock.
        bool isLast;
        do
        {
            await Task.Delay(Poll, parts.Time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ending.IsCancellationRequested) return;

            try
            {
                await EndFlowsAsync();
                await ForgetAsync();
            }
            catch (Exception exception)
            {
                parts.Logger.DrainingFailed(exception); // A defect; what drains is to be watched all the same.
            }

            lock (_starting)
            {
                isLast = !HasMore();
                if (isLast) _watching = Task.CompletedTask;
            }
        }
        while (!isLast);
    }

    /// <summary>Ends the flows of backends whose time is over.</summary>
    private async Task EndFlowsAsync()
    {
        foreach (Backend backend in parts.Pools.SelectMany(static one => one.Pool.Backends.Concat(one.Pool.Removed)))
        {
            bool isDue = backend is { IsDraining: true, ActiveSessions: > 0 } && IsOver(backend.DrainDeadline);
            if (isDue) await parts.Flows.CloseAsync(backend, CloseReason.DrainTimeout);
        }
    }

    /// <summary>
    /// Forgets what has no flows left; the next time where the configuration is just being changed, which may want
    /// some of it again.
    /// </summary>
    private async Task ForgetAsync()
    {
        if (!await parts.Changing.WaitAsync(TimeSpan.Zero)) return;

        try
        {
            foreach (ServiceRuntime service in parts.Removed)
            {
                if (IsOver(service.DrainDeadline)) await service.CutOffAsync(CloseReason.DrainTimeout);
            }

            int before = parts.AllServices.Sum(static service => service.Groups.Count);
            foreach (ServiceRuntime service in parts.AllServices) ForgetListeners(service);
            foreach (ServiceRuntime service in parts.Removed) ForgetService(service);
            foreach (PoolRuntime pool in parts.Pools) await ForgetBackendsAsync(pool);
            if (parts.AllServices.Sum(static service => service.Groups.Count) == before) return;

            await parts.AnswerAsync(); // Who changes something next finds them closed.
            parts.TellListeners();
        }
        finally
        {
            parts.Changing.Release();
        }
    }

    private static void ForgetListeners(ServiceRuntime service)
    {
        foreach (ListenerGroup group in service.Groups)
        {
            if (group.IsStopped && group.PostCloseIfDone()) service.Forget(group);
        }
    }

    private void ForgetService(ServiceRuntime service)
    {
        bool mayStillAccept = service.Groups.Any(static group => group.IsStopped);
        if (mayStillAccept || service.Limit.Open > 0) return;

        service.PostCloseIfDone();
        parts.Forget(service);
    }

    private async Task ForgetBackendsAsync(PoolRuntime runtime)
    {
        bool isUsed = parts.AllServices.Any(service => service.Pool == runtime);
        if (!isUsed) runtime.Pool.Retire();
        await runtime.ForgetAsync(runtime.Pool.ForgetRemoved());
        if (!isUsed && runtime.Pool.Removed.Count == 0) await parts.RemovePoolAsync(runtime);
    }

    private bool HasMore() =>
        parts.Removed.Count > 0
        || parts.AllServices.Any(static service => service.Groups.Any(static group => group.IsStopped))
        || parts.Pools.Any(pool => pool.Pool.Removed.Count > 0
            || !parts.AllServices.Any(service => service.Pool == pool)
            || pool.Pool.Backends.Any(IsToBeEnded));

    private bool IsToBeEnded(Backend backend) =>
        backend is { IsDraining: true, DrainDeadline: < Backend.Never and var deadline }
        && (backend.ActiveSessions > 0 || !IsOver(deadline));

    private bool IsOver(long deadline) => parts.Time.GetTimestamp() >= deadline;
}
