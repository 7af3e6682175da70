using L4Balancer.Net;

namespace L4Balancer.Telemetry;

/// <summary>What remains of a flow once it has ended. Made by the shard that carried it, written by the log.</summary>
public sealed record FlowRecord
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Who connected, where to, over what.</summary>
    public required FlowKey Flow { get; init; }

    /// <summary>The backend's name, of several tried the last one's; null where none was available.</summary>
    public required string? Backend { get; init; }

    /// <summary>Why it ended.</summary>
    public required CloseReason Reason { get; init; }

    /// <summary>Bytes that came from the client.</summary>
    public required long ClientBytes { get; init; }

    /// <summary>Bytes that came from the server.</summary>
    public required long ServerBytes { get; init; }

    /// <summary>Datagrams that came from the client; 0 of TCP.</summary>
    public long ClientDatagrams { get; init; }

    /// <summary>Datagrams that came from the server; 0 of TCP.</summary>
    public long ServerDatagrams { get; init; }

    /// <summary>Backends tried, 0 where none was available.</summary>
    public required int Attempts { get; init; }

    /// <summary>Time in the queue of its pool; zero where there was a place at once.</summary>
    public TimeSpan QueueDuration { get; init; }

    /// <summary>
    /// From accept to an established server side, the queue and every attempt included; zero where none was
    /// established.
    /// </summary>
    public required TimeSpan ConnectDuration { get; init; }

    /// <summary>From accept to the end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>When it ended, on the clock of <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.</summary>
    public required long EndedTimestamp { get; init; }
}
