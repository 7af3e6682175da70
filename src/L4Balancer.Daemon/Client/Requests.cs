using System.Text.Json.Serialization;

namespace L4Balancer.Daemon.Client;

/// <summary>Asks for a drain of the daemon; without a notice for the configured one.</summary>
internal sealed record DrainRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? NoticeSeconds);

/// <summary>Asks for another admin state of a backend, named NAME or POOL/NAME.</summary>
internal sealed record BackendRequest(
    string Backend,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? DeadlineSeconds = null);

/// <summary>Asks for another weight of a backend; null is the configured one.</summary>
internal sealed record WeightRequest(string Backend, int? Weight);

/// <summary>Asks for a zone to be taken out, also where a pool has nothing else, or to be brought back.</summary>
internal sealed record ZoneRequest(
    string Zone, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Force = null);

/// <summary>Asks for the end of flows: of one, or of all that match.</summary>
internal sealed record KillRequest
{
    /// <summary>The flow's name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The service's name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Service { get; init; }

    /// <summary>The client's address or network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Client { get; init; }

    /// <summary>The backend, named NAME or POOL/NAME.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Backend { get; init; }
}
