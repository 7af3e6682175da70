using L4Balancer.Net;

namespace L4Balancer.Telemetry;

/// <summary>How far a live flow has come.</summary>
public enum FlowPhase
{
    /// <summary>Every backend is full, and it waits for a place at one.</summary>
    Queued,

    /// <summary>A backend is being connected.</summary>
    Dialling,

    /// <summary>Both directions may carry bytes.</summary>
    Open,

    /// <summary>One direction has ended.</summary>
    HalfClosed,
}

/// <summary>A live flow as it was when it was looked at. Made by the shard that carries it.</summary>
public sealed record FlowStatus
{
    /// <summary>Its name.</summary>
    public required FlowId Id { get; init; }

    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Who connected, where to, over what.</summary>
    public required FlowKey Flow { get; init; }

    /// <summary>The name of the backend's pool.</summary>
    public required string Pool { get; init; }

    /// <summary>The backend's name; null while none is tried.</summary>
    public required string? Backend { get; init; }

    /// <summary>How far it has come.</summary>
    public required FlowPhase Phase { get; init; }

    /// <summary>Time since the accept or the first datagram.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>Time since the last byte, from either side.</summary>
    public required TimeSpan Idle { get; init; }

    /// <summary>Bytes that came from the client.</summary>
    public required long ClientBytes { get; init; }

    /// <summary>Bytes that came from the server.</summary>
    public required long ServerBytes { get; init; }
}

/// <summary>Which live flows are meant: those that match everything that is given here.</summary>
public sealed record FlowFilter
{
    /// <summary>The service's name.</summary>
    public string? Service { get; init; }

    /// <summary>Where the client is.</summary>
    public IpPrefix? Client { get; init; }

    /// <summary>The name of the backend's pool.</summary>
    public string? Pool { get; init; }

    /// <summary>The backend's name.</summary>
    public string? Backend { get; init; }

    /// <summary>The flow's own name.</summary>
    public FlowId? Id { get; init; }

    /// <summary>True where a flow is meant.</summary>
    public bool Matches(FlowStatus flow) =>
        (Service is null || Service == flow.Service)
        && (Client is not { } prefix || prefix.Contains(flow.Flow.Client.Address))
        && (Pool is null || Pool == flow.Pool)
        && (Backend is null || Backend == flow.Backend)
        && (Id is not { } id || id == flow.Id);
}

/// <summary>Some of the flows that match a filter.</summary>
/// <param name="Total">How many match.</param>
/// <param name="Flows">Those that were asked for at most, in no order.</param>
public sealed record FlowListing(int Total, IReadOnlyList<FlowStatus> Flows);
