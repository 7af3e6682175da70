using System.Collections.Concurrent;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>
/// Passive ejection: real flows that fail in a row, or that are too large a share of the last ones, take a backend out
/// of its pool for a while, longer each time. A success ends a row, and so does the time of a first ejection without a
/// failure: nobody says of a flow without replies that it succeeds, and silence alone does not either, since hosts
/// bound the rate of their ICMP.
/// </summary>
internal sealed class Ejector : IDisposable
{
    private readonly Pool _pool;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Backend, Record> _records = new();
    private readonly ITimer _looking;
    private TimeSpan _lookEvery; // As last configured.

    public Ejector(Pool pool, TimeProvider time, ILogger logger)
    {
        _pool = pool;
        _time = time;
        _logger = logger;
        _lookEvery = NextLook;
        _looking = time.CreateTimer(_ => Look(), null, _lookEvery, Timeout.InfiniteTimeSpan);
    }

    private EjectionConfig Config => _pool.Config.Ejection;

    private TimeSpan NextLook =>
        Config.FailureShare > 0 ? FrameworkTimer.AtMost(Config.Window / FailureWindow.Looks) : Timeout.InfiniteTimeSpan;

    /// <summary>A good probe is what ends an ejection, and there are probes.</summary>
    private bool AwaitsProbe =>
        Config.Reinstate == Reinstatement.Probe && _pool.Config.Health.Type != ProbeType.None;

    /// <summary>
    /// A connect failed, or ICMP said that a UDP port is unreachable. A success is told to the backend itself (<see
    /// cref="Backend.ForgetFailures"/>). Called by every shard; wait-free, the ejection itself happens on the control
    /// plane.
    /// </summary>
    /// <param name="backend">The backend.</param>
    /// <param name="wasEstablished">The flow was counted as established before, as those of UDP are.</param>
    public void Failed(Backend backend, bool wasEstablished = false)
    {
        int limit = Config.Failures;
        if (limit == 0)
        {
            backend.CountFailure(wasEstablished);
            return;
        }

        Record record = RecordOf(backend);
        long now = _time.GetTimestamp();
        long last = Interlocked.Exchange(ref record.FailedAt, now);
        if (_time.GetElapsedTime(last, now) > Config.Base) backend.ForgetFailures();

        // Every full count asks anew, unless it has been asked: it may be that too many were ejected the last time.
        if (backend.CountFailure(wasEstablished) % limit != 0) return;
        if (Interlocked.Exchange(ref record.IsAsked, 1) == 1) return;

        ThreadPool.UnsafeQueueUserWorkItem(EjectByRow, backend, preferLocal: false);
    }

    /// <summary>A probe of a backend was good: it is back if it has waited for that. Control plane.</summary>
    public void FoundGood(Backend backend)
    {
        if (!backend.IsEjected || !_records.TryGetValue(backend, out Record? record) || !record.IsOver) return;

        Reinstate(backend);
    }

    /// <summary>The configuration has changed. Control plane.</summary>
    public void Reconsider()
    {
        if (_lookEvery != NextLook)
        {
            _lookEvery = NextLook;
            _looking.Change(_lookEvery, Timeout.InfiniteTimeSpan);
        }

        if (AwaitsProbe) return;

        foreach ((Backend backend, Record record) in _records)
        {
            if (record.IsOver && backend.IsEjected) Reinstate(backend);
        }
    }

    /// <summary>How often a backend was ejected, and until when it is; null while it is not.</summary>
    public (long Ejections, DateTimeOffset? Until) StatusOf(Backend backend)
    {
        if (!_records.TryGetValue(backend, out Record? record)) return (0, null);

        TimeSpan left = record.Length - _time.GetElapsedTime(record.EjectedAt);
        return (record.Ejections, backend.IsEjected ? _time.GetUtcNow() + left : null);
    }

    /// <summary>A backend was removed, and nothing is remembered of it any more.</summary>
    public void Forget(Backend backend)
    {
        if (_records.TryRemove(backend, out Record? record)) record.Reinstatement?.Dispose();
    }

    public void Dispose()
    {
        _looking.Dispose();
        foreach (Record record in _records.Values) record.Reinstatement?.Dispose();
    }

    private Record RecordOf(Backend backend) => _records.GetOrAdd(backend, static _ => new Record());

    /// <summary>Looks at the flows of the last window.</summary>
    private void Look()
    {
        EjectionConfig config = Config;
        if (config.FailureShare == 0) return; // It was configured otherwise meanwhile.

        foreach (Backend backend in _pool.Backends)
        {
            Record record = RecordOf(backend);
            (long flows, long failed) = LookAt(backend, record);
            if (flows < config.MinFlows || failed < flows * config.FailureShare || failed == 0) continue;

            Eject(backend, seconds => _logger.BackendEjectedByShare(
                _pool.Name, backend.Name, seconds, failed, flows, config.Window.TotalSeconds));
        }

        _looking.Change(NextLook, Timeout.InfiniteTimeSpan);
    }

    private static (long Flows, long Failed) LookAt(Backend backend, Record record)
    {
        // What fails before it is established counts as a flow too.
        long failed = backend.FailedFlows;
        return record.Window.Look(backend.TotalSessions + failed - backend.FailedCounted, failed);
    }

    private void EjectByRow(Backend backend)
    {
        Volatile.Write(ref RecordOf(backend).IsAsked, 0);
        Eject(backend, seconds => _logger.BackendEjected(_pool.Name, backend.Name, seconds, Config.Failures));
    }

    /// <summary>Ejects a backend where that is possible.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="tell">Says so; is given the seconds that it takes.</param>
    private void Eject(Backend backend, Action<double> tell) => _pool.Change(() =>
    {
        Record record = RecordOf(backend);
        if (!MayEject(backend)) return false;

        TimeSpan length = NextLength(record);
        record.Ejections++;
        record.EjectedAt = _time.GetTimestamp();
        record.IsOver = false;
        record.Reinstatement?.Dispose();
        record.Reinstatement = _time.CreateTimer(_ => End(backend), null, length, Timeout.InfiniteTimeSpan);
        backend.SetEjected(true); // Last: who sees it knows that its end is timed.
        tell(length.TotalSeconds);
        return true;
    });

    /// <summary>An ejection has lasted as long as it had to.</summary>
    private void End(Backend backend)
    {
        RecordOf(backend).IsOver = true;
        Interlocked.MemoryBarrier(); // Who configures it otherwise reads that after the configuration is in force.
        if (!AwaitsProbe) Reinstate(backend);
    }

    /// <summary>
    /// One may always be ejected, whatever the share says of a small pool, but never the last that is available.
    /// </summary>
    private bool MayEject(Backend backend)
    {
        if (!backend.IsAvailable || _pool.Backends.Count(static one => one.IsAvailable) == 1) return false;

        int ejected = _pool.Backends.Count(static one => one.IsEjected);
        return ejected < Math.Max(1, (int)(_pool.Backends.Count * Config.MaxEjected));
    }

    /// <summary>
    /// n times the base for the n-th ejection in a row; a row ends when it stayed in for as long as it was out.
    /// </summary>
    private TimeSpan NextLength(Record record)
    {
        bool rowEnded = record.InRow > 0 && _time.GetElapsedTime(record.ReinstatedAt) > record.Length;
        record.InRow = rowEnded ? 1 : record.InRow + 1;
        TimeSpan length = Config.Base * record.InRow;
        record.Length = FrameworkTimer.AtMost(length < Config.Max ? length : Config.Max);
        return record.Length;
    }

    private void Reinstate(Backend backend) => _pool.Change(() =>
    {
        if (!backend.IsEjected) return false;

        Record record = RecordOf(backend);
        record.IsOver = false;
        record.Window.Forget();
        record.ReinstatedAt = _time.GetTimestamp();
        backend.ForgetFailures();
        backend.SetEjected(false);
        _logger.BackendReinstated(_pool.Name, backend.Name);
        return true;
    });

    /// <summary>What is remembered of one backend. All but the fields belongs to the pool's writer.</summary>
    private sealed class Record
    {
        public long FailedAt; // When the last failure came, by the time's timestamps. Any shard's.
        private bool _isOver;
        public int IsAsked; // 1 while an ejection waits to be done.

        public int InRow { get; set; }

        public TimeSpan Length { get; set; }

        public long ReinstatedAt { get; set; }

        public long EjectedAt { get; set; }

        public long Ejections { get; set; }

        public ITimer? Reinstatement { get; set; }

        /// <summary>Its time is over, and it lasts until a probe is good.</summary>
        public bool IsOver
        {
            get => Volatile.Read(ref _isOver);
            set => Volatile.Write(ref _isOver, value);
        }

        /// <summary>Flows of the last time.</summary>
        public FailureWindow Window { get; } = new();
    }
}
