using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Logging;

/// <summary>One message of the log as an event.</summary>
/// <param name="Id">Grows by one from event to event.</param>
/// <param name="Name">What happened, as in <c>backend_down</c>.</param>
/// <param name="Json">Everything about it, one JSON object.</param>
internal sealed record DaemonEvent(long Id, string Name, string Json);

/// <summary>
/// Keeps the log's last messages as events for whoever watches. Readers have no queue of their own but ask for what
/// came after the last event they know; who is slower than the ring misses the oldest, and sees that by the ids.
/// Any thread; logging never waits for a reader.
/// </summary>
[ProviderAlias("Events")]
internal sealed class EventFeed : ILoggerProvider
{
    /// <summary>Events that are kept.</summary>
    public const int Capacity = 1000;

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly DaemonEvent?[] _ring = new DaemonEvent?[Capacity];
    private readonly long _firstId;
    private long _nextId;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Begins without an event. Ids begin at the time, in milliseconds: larger than those of an earlier process, so
    /// that who resumes after one of its events gets all of this one's.
    /// </summary>
    public EventFeed(TimeProvider time)
    {
        _time = time;
        _firstId = _nextId = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>The id of the last event; that before the first one where there is none.</summary>
    public long LastId
    {
        get
        {
            lock (_lock) return _nextId - 1;
        }
    }

    /// <summary>The events after an id that are still kept, oldest first.</summary>
    public IReadOnlyList<DaemonEvent> After(long id)
    {
        lock (_lock)
        {
            long from = Math.Max(Math.Max(id + 1, _nextId - Capacity), _firstId);
            List<DaemonEvent> events = [];
            for (long next = from; next < _nextId; next++) events.Add(_ring[next % Capacity]!);
            return events;
        }
    }

    /// <summary>Events after an id that are kept no more; of an earlier process's id nobody knows.</summary>
    public long MissedAfter(long id)
    {
        lock (_lock) return id + 1 < _firstId ? 0 : Math.Max(_nextId - Capacity - (id + 1), 0);
    }

    /// <summary>Completes when there is an event after this id.</summary>
    public Task NewsAfterAsync(long id)
    {
        lock (_lock) return _nextId - 1 > id ? Task.CompletedTask : _news.Task;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new EventLogger(this);

    /// <inheritdoc/>
    public void Dispose() => _news.TrySetCanceled();

    private void Add(LogLevel level, string name, string message, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        DateTimeOffset now = _time.GetUtcNow();
        TaskCompletionSource told;
        lock (_lock)
        {
            string json = EventLines.Write(_nextId, now, level, name, message, fields);
            _ring[_nextId % Capacity] = new DaemonEvent(_nextId, EventLines.Name(name), json);
            _nextId++;
            told = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.TrySetResult();
    }

    /// <summary>The ear of one category; which categories and levels are heard, the log's filter says.</summary>
    private sealed class EventLogger(EventFeed feed) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel) || eventId.Name is not { } name) return;

            feed.Add(
                logLevel, name, formatter(state, exception), state as IEnumerable<KeyValuePair<string, object?>> ?? []);
        }
    }
}
