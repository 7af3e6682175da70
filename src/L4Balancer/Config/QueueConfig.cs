namespace L4Balancer.Config;

/// <summary>A <c>[….queue]</c> table: connections wait while every backend has as many as it may have.</summary>
public sealed record QueueConfig
{
    /// <summary>Most connections that may be asked for.</summary>
    public const int MostSize = 1_000_000;

    /// <summary>Connections that may wait at once. Default 0: none, they are refused.</summary>
    public int Size { get; init; }

    /// <summary>How long a connection waits at most. Default 5 s; more than zero.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
