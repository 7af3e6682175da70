using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// Takes over what was discovered, as a reload takes over what was configured: new backends are judged while the old
/// ones serve, and who is gone drains. Changes of the configuration and these wait for each other.
/// </summary>
/// <param name="parts">What changes.</param>
/// <param name="changed">Called after a change.</param>
internal sealed class DiscoveryChanges(BalancerParts parts, Action changed) : IAsyncDisposable
{
    /// <summary>
    /// What is waited for beyond one probe. A file may bring thousands of backends, of which many are dead: the others,
    /// and who wants to change something meanwhile, are not to wait until the last of them is judged.
    /// </summary>
    private static readonly TimeSpan BeyondOneProbe = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private Task _running = Task.CompletedTask;

    /// <summary>Begins, once there is a configuration in force.</summary>
    public void Start()
    {
        parts.Discovery.Changed += Wake;
        _running = Task.Run(TakeOverLoopAsync);
        Wake(); // For what came since it was looked at.
    }

    /// <summary>No new flows are taken any more; what is being taken over is given up.</summary>
    public async Task StopAsync()
    {
        parts.Discovery.Changed -= Wake;
        await _ending.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await parts.Discovery.DisposeAsync();
        _ending.Dispose();
        _news.Dispose();
    }

    private void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            return; // Who is to look has been told.
        }
    }

    private async Task TakeOverLoopAsync()
    {
        while (true)
        {
            try
            {
                await _news.WaitAsync(_ending.Token);
                await parts.Changing.WaitAsync(_ending.Token);
                try
                {
                    await TakeOverAsync();
                }
                finally
                {
                    parts.Changing.Release();
                    changed();
                }
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                parts.Logger.DiscoveryFailed(exception); // A defect; what is discovered next may be better.
                await Task.Delay(AfterFailure, parts.Time, _ending.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Wake();
            }
        }
    }

    private async Task TakeOverAsync()
    {
        PoolConfig[] pools =
            [.. parts.Config.Services.Select(static service => service.Pool).DistinctBy(static pool => pool.Name)];
        await parts.Discovery.PrepareAsync(pools, _ending.Token); // A file may name hosts that are new.
        (PoolRuntime Runtime, PoolConfig Next)[] others =
        [
            .. from pool in pools
               let runtime = parts.Pools.First(one => one.Pool.Name == pool.Name)
               let next = parts.Discovery.InForce(pool)
               where !next.Backends.SequenceEqual(runtime.Pool.Config.Backends)
               select (runtime, next),
        ];
        await TakeOverAsync(others, parts.PlaceIn(parts.Config));
        await parts.Discovery.KeepAsync(pools);
    }

    /// <summary>All pools at once: a server that is silent may be new in many of them.</summary>
    private async Task TakeOverAsync((PoolRuntime Runtime, PoolConfig Next)[] pools, FleetPlace place)
    {
        IReadOnlyList<Backend>[] added = [.. pools.Select(static one => one.Runtime.Pool.AddNew(one.Next))];
        try
        {
            await Task.WhenAll(pools.Zip(added, (one, some) => JudgeAsync(one.Runtime, some, one.Next.Health)));
        }
        catch
        {
            // Takes back what was added.
            foreach ((PoolRuntime runtime, _) in pools) await runtime.ChangeAsync(runtime.Pool.Config, place);
            throw;
        }

        foreach (((PoolRuntime runtime, PoolConfig next), IReadOnlyList<Backend> some) in pools.Zip(added))
        {
            int removed = await runtime.ChangeAsync(next, place);
            bool isOther = some.Count > 0 || removed > 0;
            if (isOther) parts.Logger.BackendsDiscovered(next.Name, some.Count, removed);
        }
    }

    /// <summary>Waits for the first verdicts, but not without end: who is not judged yet takes no flows.</summary>
    private async Task JudgeAsync(PoolRuntime runtime, IReadOnlyList<Backend> added, HealthConfig check)
    {
        Task judging = runtime.Monitor.AddAsync(added, check, _ending.Token);
        Task enough = Task.Delay(FrameworkTimer.AtMost(check.Timeout + BeyondOneProbe), parts.Time, _ending.Token);
        await await Task.WhenAny(judging, enough);
        if (judging.IsCompleted) return;

        // Nobody waits for the rest any more, and what it comes to is seen in the backends' states.
        _ = judging.ContinueWith(
            static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
    }
}
