using System.Collections.Concurrent;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>
/// Passive ejection: real flows that fail in a row take a backend out of its pool for a while, longer each time. A
/// success ends a row, and so does the time of a first ejection without a failure: nobody says of a flow without
/// replies that it succeeds, and silence alone does not either, since hosts bound the rate of their ICMP.
/// </summary>
internal sealed class Ejector : IDisposable
{
    private readonly Pool _pool;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Backend, Record> _records = new();

    public Ejector(Pool pool, TimeProvider time, ILogger logger)
    {
        _pool = pool;
        _time = time;
        _logger = logger;
    }

    private EjectionConfig Config => _pool.Config.Ejection;

    /// <summary>
    /// A connect failed, or ICMP said that a UDP port is unreachable. A success is told to the backend itself (<see
    /// cref="Backend.ForgetFailures"/>). Called by every shard; wait-free, the ejection itself happens on the control
    /// plane.
    /// </summary>
    public void Failed(Backend backend)
    {
        if (Config.Failures == 0) return;

        Record record = RecordOf(backend);
        long now = _time.GetTimestamp();
        long last = Interlocked.Exchange(ref record.FailedAt, now);
        if (_time.GetElapsedTime(last, now) > Config.Base) backend.ForgetFailures();

        // Every full count asks anew, unless it has been asked: it may be that too many were ejected the last time.
        if (backend.CountFailure() % Config.Failures != 0 || Interlocked.Exchange(ref record.IsAsked, 1) == 1) return;

        ThreadPool.UnsafeQueueUserWorkItem(Eject, backend, preferLocal: false);
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
        foreach (Record record in _records.Values) record.Reinstatement?.Dispose();
    }

    private Record RecordOf(Backend backend) => _records.GetOrAdd(backend, static _ => new Record());

    private void Eject(Backend backend) => _pool.Change(() =>
    {
        Record record = RecordOf(backend);
        Volatile.Write(ref record.IsAsked, 0);
        if (!MayEject(backend)) return false;

        TimeSpan length = NextLength(record);
        record.Ejections++;
        record.EjectedAt = _time.GetTimestamp();
        backend.SetEjected(true);
        record.Reinstatement?.Dispose();
        record.Reinstatement = _time.CreateTimer(_ => Reinstate(backend), null, length, Timeout.InfiniteTimeSpan);
        _logger.BackendEjected(_pool.Name, backend.Name, length.TotalSeconds, Config.Failures);
        return true;
    });

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
        Record record = RecordOf(backend);
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
        public int IsAsked; // 1 while an ejection waits to be done.

        public int InRow { get; set; }

        public TimeSpan Length { get; set; }

        public long ReinstatedAt { get; set; }

        public long EjectedAt { get; set; }

        public long Ejections { get; set; }

        public ITimer? Reinstatement { get; set; }
    }
}
