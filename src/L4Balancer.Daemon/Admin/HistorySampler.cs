using L4Balancer.Daemon.Admin.Forms;
using Microsoft.Extensions.Hosting;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// Remembers the last five minutes of each service, a sample a second, in memory that does not grow. Written by its own
/// timer, read by any thread.
/// </summary>
internal sealed class HistorySampler(Func<IReadOnlyList<ServiceStatus>> services, TimeProvider time)
    : BackgroundService
{
    /// <summary>Samples that are kept.</summary>
    public const int Capacity = 300;

    private const int IntervalSeconds = 1;

    private readonly Lock _lock = new();
    private Dictionary<string, ServiceHistory> _services = [];

    /// <summary>What is remembered, the oldest first.</summary>
    public HistoryJson Read()
    {
        lock (_lock)
        {
            return new HistoryJson(
                IntervalSeconds, _services.ToDictionary(static one => one.Key, static one => one.Value.Read()));
        }
    }

    /// <summary>Takes a sample of what the services have counted by now.</summary>
    internal void Sample()
    {
        long now = time.GetTimestamp();
        ServiceStatus[] present = [.. services().OrderBy(static one => one.IsRemoved)];
        lock (_lock)
        {
            // Those that are gone are forgotten.
            Dictionary<string, ServiceHistory> next = [];
            foreach (ServiceStatus service in present)
            {
                if (next.ContainsKey(service.Name)) continue; // Removed while its successor serves.

                ServiceHistory history = _services.GetValueOrDefault(service.Name) ?? new ServiceHistory();
                history.Add(service, now, time);
                next.Add(service.Name, history);
            }

            _services = next;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(IntervalSeconds), time);
        do
        {
            Sample();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One service's samples: a ring of each value.</summary>
    private sealed class ServiceHistory
    {
        private readonly long[] _sessions = new long[Capacity];
        private readonly long[] _accepted = new long[Capacity];
        private readonly long[] _fromClients = new long[Capacity];
        private readonly long[] _toClients = new long[Capacity];
        private ServiceStatus? _before;
        private long _beforeAt;
        private int _count;

        public void Add(ServiceStatus now, long at, TimeProvider time)
        {
            if (_before is { } before)
            {
                double seconds = time.GetElapsedTime(_beforeAt, at).TotalSeconds;
                int place = _count++ % Capacity;
                _sessions[place] = now.Sessions;
                _accepted[place] = PerSecond(before.Accepted, now.Accepted, seconds);
                _fromClients[place] = PerSecond(before.ReceivedFromClients, now.ReceivedFromClients, seconds);
                _toClients[place] = PerSecond(before.SentToClients, now.SentToClients, seconds);
            }

            (_before, _beforeAt) = (now, at);
        }

        public ServiceHistoryJson Read() =>
            new(InOrder(_sessions), InOrder(_accepted), InOrder(_fromClients), InOrder(_toClients));

        /// <summary>A service that was removed and has come back counts anew.</summary>
        private static long PerSecond(long before, long now, double seconds) =>
            seconds <= 0 ? 0 : (long)Math.Round(Math.Max(now - before, 0) / seconds);

        private long[] InOrder(long[] ring) => _count <= Capacity
            ? ring[.._count] : [.. ring[(_count % Capacity)..], .. ring[..(_count % Capacity)]];
    }
}
