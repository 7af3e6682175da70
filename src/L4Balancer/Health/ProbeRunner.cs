using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// Runs the probes of the whole process, not more than so many at once. Who asks the same of the same address, in
/// whatever pool, gets the answer of one probe: of that which is under way, or of the last one where that is recent
/// enough and was not this one's own already. Any thread.
/// </summary>
internal sealed class ProbeRunner(TimeProvider time)
{
    private const int LeastSweep = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<ProbeIdentity, SharedProbe> _shared = [];
    private int _sweepAt = LeastSweep;
    private long _made;

    /// <summary>Bounds the probes under way.</summary>
    public ProbeSlots Slots { get; } = new(time);

    /// <summary>Probes that were made, each counted once however many shared it.</summary>
    public long Made => Volatile.Read(ref _made);

    /// <summary>Probes a target, or finds that somebody has. What the network does is a result, no exception.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ProbeRun> RunAsync(ProbeRequest request, CancellationToken cancellationToken)
    {
        SharedProbe probe = Join(request, out bool isNew);
        if (isNew) _ = RunSharedAsync(probe, request);
        try
        {
            return await probe.Run.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(probe);
        }
    }

    private SharedProbe Join(in ProbeRequest request, out bool isNew)
    {
        ProbeIdentity identity = ProbeIdentity.Of(request.Target);
        lock (_lock)
        {
            isNew = !_shared.TryGetValue(identity, out SharedProbe? probe) || !Suits(probe, request);
            if (isNew)
            {
                Sweep();
                probe = _shared[identity] = new SharedProbe { Identity = identity };
            }

            probe!.Waiting++;
            if (request.MaxAge > probe.KeptFor) probe.KeptFor = request.MaxAge;
            return probe;
        }
    }

    private bool Suits(SharedProbe probe, in ProbeRequest request) => probe.Made switch
    {
        null => !probe.Run.IsCompleted, // Under way, unless it failed itself.
        { } run => run.Number > request.After && time.GetElapsedTime(run.EndedAt) <= request.MaxAge,
    };

    /// <summary>Nobody waits any more for a probe that is under way: it is ended, and nobody joins it.</summary>
    private void Leave(SharedProbe probe)
    {
        lock (_lock)
        {
            if (--probe.Waiting > 0 || probe.Run.IsCompleted) return;

            Forget(probe);
        }

        probe.Ending.Cancel();
    }

    private void Forget(SharedProbe probe)
    {
        if (_shared.TryGetValue(probe.Identity, out SharedProbe? known) && known == probe)
        {
            _shared.Remove(probe.Identity);
        }
    }

    /// <summary>Forgets answers that are too old for everybody. The lock is held.</summary>
    private void Sweep()
    {
        if (_shared.Count < _sweepAt) return;

        foreach ((ProbeIdentity identity, SharedProbe probe) in _shared.ToArray())
        {
            if (probe.Made is { } run && time.GetElapsedTime(run.EndedAt) > probe.KeptFor) _shared.Remove(identity);
        }

        _sweepAt = Math.Max(LeastSweep, _shared.Count * 2);
    }

    private async Task RunSharedAsync(SharedProbe probe, ProbeRequest request)
    {
        try
        {
            await Slots.EnterAsync(request.IsAwaited, probe.Ending.Token);
            try
            {
                long started = time.GetTimestamp();
                ProbeResult result = await ProbeAsync(request.Target, probe.Ending.Token);
                long number = Interlocked.Increment(ref _made);
                probe.Complete(new ProbeRun(result, number, started, time.GetTimestamp(), time.GetUtcNow()));
            }
            finally
            {
                Slots.Leave();
            }
        }
        catch (Exception exception)
        {
            lock (_lock) Forget(probe);
            probe.Fail(exception); // For who asked to deal with.
        }
    }

    private Task<ProbeResult> ProbeAsync(ProbeTarget target, CancellationToken cancellationToken) => target switch
    {
        { IsOutOfReach: true } => Task.FromResult(new ProbeResult(
            false, $"from 'source' {target.Check.Source} no probe gets to {target.Endpoint.Address}: one is IPv4 and "
                + "the other IPv6", IsVerdict: false)),
        { AsksAgent: true } => AgentProbe.RunAsync(target, time, cancellationToken),
        { Check.Type: ProbeType.Tcp } => TcpProbe.RunAsync(target, time, cancellationToken),
        { Check.Type: ProbeType.Tls } => TlsProbe.RunAsync(target, time, cancellationToken),
        { Check.Type: ProbeType.Http } => HttpProbe.RunAsync(target, time, cancellationToken),
        { Check.Type: ProbeType.SendExpect } => SendExpectProbe.RunAsync(target, time, cancellationToken),
        { Check.Type: ProbeType.Exec } => ExecProbe.RunAsync(target, time, cancellationToken),
        { Check.Type: ProbeType.Udp } => UdpProbe.RunAsync(target, time, cancellationToken),
        _ => throw new InvalidOperationException($"{target.Check.Type} is no probe"),
    };

    /// <summary>One probe and who waits for it. All but its run belongs to the runner's lock.</summary>
    private sealed class SharedProbe
    {
        private readonly TaskCompletionSource<ProbeRun> _run = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public required ProbeIdentity Identity { get; init; }

        public CancellationTokenSource Ending { get; } = new();

        public Task<ProbeRun> Run => _run.Task;

        /// <summary>The run once it was made; null before, and where it failed itself.</summary>
        public ProbeRun? Made => Run.IsCompletedSuccessfully ? Run.Result : null;

        public int Waiting { get; set; }

        public TimeSpan KeptFor { get; set; }

        public void Complete(ProbeRun run) => _run.SetResult(run);

        public void Fail(Exception exception)
        {
            if (exception is OperationCanceledException) _run.SetCanceled();
            else _run.SetException(exception);
            _ = _run.Task.Exception; // Seen: there need be nobody left who waits.
        }
    }
}
