#pragma warning disable CA1822, IDE0060 // Members of this first outline do nothing yet.
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer;

/// <summary>A balancer could not start; the message says what, where and what to do.</summary>
public sealed class BalancerStartException(string message) : Exception(message);

/// <summary>Which limits apply, as they are said at start.</summary>
/// <param name="Shards">Threads of the data path.</param>
/// <param name="MaxConnections">Sessions open at once.</param>
/// <param name="MaxDescriptors">RLIMIT_NOFILE of the process.</param>
/// <param name="MaxConnectionsDerived">True where <paramref name="MaxConnections"/> was not configured.</param>
public sealed record BalancerLimits(int Shards, int MaxConnections, int MaxDescriptors, bool MaxConnectionsDerived);

/// <summary>An address that a service listens on, with the port that the kernel chose where it was 0.</summary>
public sealed record BoundListener(string Service, IpEndpoint Endpoint);

/// <summary>The whole as one object. Methods are for the control plane, any thread.</summary>
public sealed class Balancer : IAsyncDisposable
{
    private readonly BalancerConfig _config;
    private readonly ILogger _logger;

    /// <summary>Takes a validated configuration; opens nothing yet.</summary>
    public Balancer(BalancerConfig config, ILoggerFactory loggers)
    {
        _config = config;
        _logger = loggers.CreateLogger("L4Balancer");
    }

    /// <summary>Which limits apply. Known from the constructor on.</summary>
    public BalancerLimits Limits => throw new NotSupportedException($"{_config} {_logger}");

    /// <summary>What it listens on. Empty before <see cref="StartAsync"/> has opened the listeners.</summary>
    public IReadOnlyList<BoundListener> Listeners => [];

    /// <summary>True from the end of the first round of probes until a drain begins.</summary>
    public bool IsReady => false;

    /// <summary>Sessions open now.</summary>
    public int ActiveConnections => 0;

    /// <summary>Names of each pool's backends with the state they are in: for the demo and the status line.</summary>
    public IReadOnlyList<BackendStatus> Backends => [];

    /// <summary>Opens the listeners, waits for the first round of probes, then accepts.</summary>
    /// <exception cref="BalancerStartException">An address is in use, is not the host's, or may not be bound.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Takes the flow records that wait, oldest first per shard, and returns how many. One caller at a time.
    /// </summary>
    public int TakeFlowRecords(Action<FlowRecord> take) => 0;

    /// <summary>Flow records dropped since the start because the log could not follow.</summary>
    public long FlowRecordsDropped => 0;

    /// <summary>True when every shard's loop has answered within the time given.</summary>
    public Task<bool> AnswersAsync(TimeSpan timeout) => Task.FromResult(true);

    /// <summary>
    /// Stops accepting and closes the listeners, waits until every session has ended, at most for <paramref name="timeout"/>
    /// or until <paramref name="endNow"/>, then closes the rest with reason shutdown.
    /// </summary>
    /// <returns>Sessions that were cut off.</returns>
    public Task<int> DrainAsync(TimeSpan timeout, CancellationToken endNow) => Task.FromResult(0);

    /// <summary>Closes what is open and ends the shards.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A backend as the outside sees it.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Name">The backend's name.</param>
/// <param name="IsAvailable">True when new flows may go there.</param>
/// <param name="State">up, down, ejected or unresolved.</param>
/// <param name="ActiveConnections">Sessions it holds.</param>
/// <param name="TotalConnections">Sessions it was given since the start.</param>
public sealed record BackendStatus(
    string Pool, string Name, bool IsAvailable, string State, int ActiveConnections, long TotalConnections);
