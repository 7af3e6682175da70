using L4Balancer.Daemon.Systemd;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// How the listeners end: closed, so that clients are refused, or left to the next process that holds them, so that
/// they wait for it. Any thread.
/// </summary>
internal sealed class Retirement(
    Balancer balancer, SocketStore store, Readiness readiness, SignalLifetime lifetime, ChangeGate gate)
{
    /// <summary>Clients are taken; a successor may have the listeners.</summary>
    public bool IsServing => readiness.Phase is ProcessPhase.Serving or ProcessPhase.Notice;

    /// <summary>Takes no new flows any more.</summary>
    public Task StopAcceptingAsync() => gate.ChangeAsync(
        async () =>
        {
            // Where systemd keeps the sockets for the next start, who waits in a queue is served by that one; accepted
            // now, he would be cut off at the end of the drain.
            bool isRestart = lifetime.IsEnding && store.KeepsAll;
            if (isRestart) await balancer.ReleaseListenersAsync(datagramsToo: false);
            else await balancer.StopAcceptingAsync();
            return true;
        },
        CancellationToken.None);

    /// <summary>Leaves the listeners to a successor that has them and can serve.</summary>
    /// <param name="refusal">Why not after all, asked while nothing can change.</param>
    /// <returns>The refusal; null once nothing is taken any more.</returns>
    public Task<string?> LeaveAsync(Func<string?> refusal) => gate.ChangeAsync(
        async () =>
        {
            if (refusal() is { } reason) return reason;

            await balancer.ReleaseListenersAsync(datagramsToo: true);
            readiness.Phase = ProcessPhase.Draining; // What waits at the gate is to see it.
            return null;
        },
        CancellationToken.None);
}
